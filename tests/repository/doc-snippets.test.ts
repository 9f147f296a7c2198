import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync, type Loader } from 'esbuild';
import { parseFragment } from 'parse5';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { readCommandLine as readReloadCommandLine } from '../../packages/reload/src/cli/read-command-line.ts';
import { readCommandLine } from '../../packages/server/src/cli/read-command-line.ts';
import { resolveServerOptions } from '../../packages/server/src/options/resolve-options.ts';
import { findCommands, type DocCommand } from '../helpers/doc-commands.ts';
import { compileExamples, type DocExample } from '../helpers/doc-examples.ts';
import { filesBelow } from '../helpers/files-below.ts';
import { readSnippets, type Snippet } from '../helpers/readme.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface PlacedSnippet extends Snippet {
  /** The document and the heading. */
  readonly place: string;
}

/** The code in all documents for users. */
const snippets: readonly PlacedSnippet[] = filesBelow(root, /\.md$/)
  .map((file) => relative(root, file))
  .filter((file) => /^(README|(docs|examples)\/.*|packages\/\w+\/README)\.md$/.test(file))
  .flatMap((file) => readSnippets(file).map((one) => ({ ...one, place: `${file}, "${one.heading}"` })));

const ofLanguage = (...languages: string[]): PlacedSnippet[] =>
  snippets.filter(({ language }) => languages.includes(language));

/**
 * They import what is not installed here, or the types of two packages do not fit together. Tests run them:
 * `next`, `frameworks` and `docs`.
 */
const needsMore = /from '(next|\.\/app\.module\.js|standardwebhooks)'/;

/** A snippet as a module. Some go on from the one before, which has declared the counter. */
function asModule({ place, language, code }: PlacedSnippet): DocExample {
  const name = code.includes('@live-online/reload')
    ? 'reload'
    : /\w+sx$/.test(language) || code.includes("'live-online-counter'")
      ? 'widget'
      : 'server';
  const needsCounter = /\bcounter\b/.test(code) && !/\b(const|let) counter\b/.test(code);
  const counter = `declare const counter: import('@live-online/server').CounterServer;\n`;
  // Without it the file would be a script, whose names are global.
  const before = `export {};\n${needsCounter ? counter : ''}`;
  return {
    folder: join(root, 'packages', name),
    place,
    code: before + code,
    extension: /\w+sx$/.test(language) ? 'tsx' : 'ts',
  };
}

/** Reads a command as the program does, and checks the values. */
function checkCommand({ bin, args, env }: DocCommand): void {
  if (bin === 'live-online-reload') return void readReloadCommandLine(args, env);
  const { ask, options } = readCommandLine(args, env);
  if (ask === 'run') resolveServerOptions(options);
}

describe('the code in documents', () => {
  it('[docs] is in languages that are checked', () => {
    const known = ['sh', 'js', 'ts', 'jsx', 'tsx', 'html', 'css', 'json', 'php', 'vue', 'svelte', 'nginx'];
    // A header, an image in Markdown, and output of the reload tool: tests/browser/docs.test.ts, embed-page.test.ts and
    // packages/reload/test/cli use them.
    const inTests = ['http', 'md', 'text'];
    const languages = new Set(snippets.map(({ language }) => language));
    expect([...languages].filter((language) => ![...known, ...inTests].includes(language))).toEqual([]);
    expect(snippets.length).toBeGreaterThan(70);
  });

  it('[docs] programs compile against the packages, and a wrong one does not', () => {
    const programs = ofLanguage('js', 'ts', 'jsx', 'tsx').filter(
      ({ place, code }) => !needsMore.test(code) && !place.startsWith('examples/'),
    );
    expect(programs.length).toBeGreaterThan(25);
    const wrong = { place: 'wrong', heading: '', language: 'js' };
    const errors = compileExamples(
      [
        ...programs.map(asModule),
        asModule({ ...wrong, code: 'counter.missing();' }),
        asModule({
          ...wrong,
          code: `import { createCounterServer } from '@live-online/server';\ncreateCounterServer({ missing: 1 });`,
        }),
      ],
      { strict: false },
    );
    expect(errors).toEqual([
      expect.stringMatching(/^wrong: .*missing/),
      expect.stringMatching(/^wrong: .*missing/),
    ]);
  });

  it('[docs] code in the README of an example is code of the example', () => {
    for (const { place, code } of ofLanguage('js').filter((one) => one.place.startsWith('examples/'))) {
      const main = readFileSync(join(root, place.split('README')[0]!, 'main.js'), 'utf8');
      for (const line of code.trim().split('\n')) expect(main, place).toContain(line);
    }
  });

  it('[docs] commands have flags and values that the programs accept', () => {
    const checked: string[] = [];
    const failed: string[] = [];
    for (const { place, code } of ofLanguage('sh')) {
      for (const command of findCommands(code)) {
        try {
          checkCommand(command);
          checked.push(place);
        } catch (error) {
          failed.push(`${place}: ${String(error)}`);
        }
      }
    }
    expect(failed).toEqual([]);
    expect(checked.length).toBeGreaterThan(15);
    expect(() => findCommands('npx @live-online/server --missing 1').map(checkCommand)).toThrow('--missing');
    expect(() => findCommands('live-online-server --port x').map(checkCommand)).toThrow('port');
  });

  it('[docs] shell commands, style sheets, JSON and HTML can be read', () => {
    const shell = ofLanguage('sh').map(({ code }) => code);
    execFileSync('sh', ['-n'], { input: shell.join('\n') });
    for (const { place, language, code } of ofLanguage('css', 'json')) {
      const { warnings } = transformSync(code, { loader: language as Loader, logLevel: 'silent' });
      expect(warnings, place).toEqual([]);
    }
    for (const { place, code } of ofLanguage('html')) {
      const problems: string[] = [];
      parseFragment(code, { onParseError: ({ code: problem }) => problems.push(problem) });
      expect(problems, place).toEqual([]);
    }
  });
});

describe('the files of deploy/', () => {
  const read = (name: string): string => readFileSync(join(root, 'deploy', name), 'utf8');
  /** The arguments after the program, of a command of an image or a service. */
  const check = (args: readonly string[]): void => checkCommand({ bin: 'live-online-server', args, env: {} });

  it.each(['compose.yaml', 'compose.redis.yaml'])(
    '[docs] %s has services with known images and commands',
    (name) => {
      interface Service {
        build?: string;
        image?: string;
        command?: string[];
        volumes?: string[];
        depends_on?: string[];
      }
      const { services, volumes } = parseYaml(read(name), { merge: true }) as {
        services: Record<string, Service>;
        volumes: object;
      };
      for (const {
        build,
        image,
        command = [],
        volumes: mounted = [],
        depends_on: others = [],
      } of Object.values(services)) {
        expect([build, image].filter(Boolean)).toHaveLength(1);
        if (build) check(command);
        for (const mount of mounted) {
          const [source] = mount.split(':') as [string];
          if (source.startsWith('./')) expect(read(source)).not.toBe('');
          else expect(volumes).toHaveProperty(source);
        }
        for (const other of others) expect(services).toHaveProperty(other);
      }
    },
  );

  it('[docs] the Dockerfile starts the server with flags that it accepts', () => {
    const entry = /^ENTRYPOINT (\[.*\])$/m.exec(read('Dockerfile'))![1]!;
    const [bin, ...args] = JSON.parse(entry) as string[];
    expect(bin).toBe('live-online-server');
    check(args);
  });

  it('[docs] the systemd unit starts the server with flags that it accepts', () => {
    const [, command] = /^ExecStart=\/usr\/local\/bin\/(.*)$/m.exec(read('live-online.service'))!;
    const [found] = findCommands(command!);
    checkCommand(found!);
  });

  it('[docs] traefik.yml routes to a service and middlewares that it defines', () => {
    const { http } = parseYaml(read('traefik.yml')) as {
      http: {
        routers: Record<string, { rule: string; service: string; middlewares: string[] }>;
        middlewares: object;
        services: object;
      };
    };
    for (const { rule, service, middlewares } of Object.values(http.routers)) {
      expect(rule).toContain('PathPrefix(`/live-online/`)');
      expect(http.services).toHaveProperty(service);
      for (const middleware of middlewares) expect(http.middlewares).toHaveProperty(middleware);
    }
  });
});
