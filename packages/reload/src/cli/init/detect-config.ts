import type { ReloadConfig } from '../../options/define-config.ts';
import { runScript, type Project } from './project.ts';

/** What was found in a project, and the config for it. */
export interface Detected {
  /** Such as `Express in server.js, port 3000`. */
  found: string;
  config: ReloadConfig;
}

type Detect = (project: Project) => Detected | undefined;

/** The most specific kinds come first. */
const KINDS: readonly Detect[] = [
  wordPress,
  laravel,
  django,
  rails,
  flask,
  goServer,
  hugo,
  jekyll,
  nextJs,
  eleventy,
  nodeServer,
  bundler,
  phpFiles,
  staticFiles,
];

export function detectConfig(project: Project): Detected {
  for (const detect of KINDS) {
    const detected = detect(project);
    if (detected) return detected;
  }
  return { found: 'no framework and no index.html', config: { folder: '.' } };
}

function backend(found: string, port: number, watch: string[], serveCommand?: string): Detected {
  const proxy = `http://localhost:${port}`;
  return {
    found: `${found}, port ${port}`,
    config: {
      proxy,
      watch: watch.length > 0 ? watch : ['.'],
      ...(serveCommand !== undefined && { serveCommand }),
    },
  };
}

function build(found: string, folder: string, command: string, on: string[]): Detected {
  return { found: `${found}, output in ${folder}`, config: { folder, exec: [{ command, on }] } };
}

function wordPress({ has, existing }: Project): Detected | undefined {
  if (!has('wp-config.php') && !has('wp-content')) return undefined;
  const watch = existing('wp-content/themes', 'wp-content/plugins');
  return backend('WordPress', 80, watch.length > 0 ? watch : ['.']);
}

function laravel({ has, existing }: Project): Detected | undefined {
  if (!has('artisan')) return undefined;
  const watch = existing('app', 'config', 'resources', 'routes', 'public');
  return backend('Laravel (artisan)', 8000, watch, 'php artisan serve --port=8000');
}

function django({ has }: Project): Detected | undefined {
  if (!has('manage.py')) return undefined;
  return backend('Django (manage.py)', 8000, ['.'], 'python3 manage.py runserver --noreload 8000');
}

function rails({ has, existing }: Project): Detected | undefined {
  if (!has('bin/rails')) return undefined;
  return backend(
    'Rails (bin/rails)',
    3000,
    existing('app', 'config', 'lib', 'public'),
    'bin/rails server -p 3000',
  );
}

function flask({ has, read }: Project): Detected | undefined {
  const needs = ['requirements.txt', 'pyproject.toml'].find((file) => /\bflask\b/i.test(read(file) ?? ''));
  if (needs === undefined && !/^\s*(from|import) flask\b/m.test(read('app.py') ?? '')) return undefined;
  const app = ['app.py', 'wsgi.py'].find(has);
  return backend(`Flask (${needs ?? app})`, 5000, ['.'], 'flask run --port 5000');
}

function goServer({ has, read }: Project): Detected | undefined {
  if (!has('go.mod')) return undefined;
  const port = Number(/["`][\w.]*:(\d{2,5})["`]/.exec(read('main.go') ?? '')?.[1] ?? 8080);
  return backend('Go (go.mod)', port, ['.'], 'go run .');
}

function hugo({ has, existing }: Project): Detected | undefined {
  const config = ['hugo.toml', 'hugo.yaml', 'hugo.json', 'config.toml'].find(has);
  if (config === undefined || !has('content')) return undefined;
  const folders = existing('content', 'layouts', 'assets', 'static', 'data', 'themes', 'i18n');
  return build(`Hugo (${config})`, 'public', 'hugo', [...folders.map((folder) => `${folder}/**`), config]);
}

function jekyll({ has }: Project): Detected | undefined {
  if (!has('_config.yml')) return undefined;
  const command = has('Gemfile') ? 'bundle exec jekyll build' : 'jekyll build';
  return build('Jekyll (_config.yml)', '_site', command, ['**', '!_site/**']);
}

function nextJs({ dependencies, existing }: Project): Detected | undefined {
  if (!dependencies.has('next')) return undefined;
  return backend('Next.js', 3000, existing('app', 'pages', 'src', 'public'));
}

const ELEVENTY_CONFIGS = [
  '.eleventy.js',
  ...['js', 'mjs', 'cjs', 'ts'].map((type) => `eleventy.config.${type}`),
] as const;

function eleventy({ dependencies, scripts, packageManager, has, read }: Project): Detected | undefined {
  if (!dependencies.has('@11ty/eleventy')) return undefined;
  const command = scripts['build'] ? runScript({ packageManager }, 'build') : 'npx @11ty/eleventy';
  const file = ELEVENTY_CONFIGS.find(has);
  const config = (file !== undefined && read(file)) || '';
  const folder = /\b(?:output:\s*|setOutputDirectory\(\s*)["'](?:\.\/)?([\w.-][\w./-]*)/.exec(config)?.[1];
  const output = folder?.replace(/\/$/, '') ?? '_site';
  return build('Eleventy', output, command, ['**', `!${output}/**`]);
}

const SERVERS: readonly (readonly [dependency: string, name: string])[] = [
  ['express', 'Express'],
  ['fastify', 'Fastify'],
  ['koa', 'Koa'],
  ['hono', 'Hono'],
  ['@hapi/hapi', 'hapi'],
  ['@nestjs/core', 'NestJS'],
];
const ENTRIES = ['server', 'app', 'index', 'main'].flatMap((name) =>
  ['js', 'mjs', 'cjs', 'ts'].flatMap((type) => [`${name}.${type}`, `src/${name}.${type}`]),
);

function nodeServer(project: Project): Detected | undefined {
  const { dependencies, scripts, main, has, read, existing } = project;
  const server = SERVERS.find(([dependency]) => dependencies.has(dependency));
  if (!server) return undefined;
  const entry = [...(main === undefined ? [] : [main]), ...ENTRIES].find(has);
  const text = entry === undefined ? '' : (read(entry) ?? '');
  const port =
    /^PORT\s*=\s*["']?(\d{2,5})/m.exec(read('.env') ?? '')?.[1] ??
    /\bPORT\b\s*(?:\|\||\?\?)\s*["']?(\d{2,5})/.exec(text)?.[1] ??
    /\blisten\(\s*(?:\{\s*port:\s*)?(\d{2,5})/.exec(text)?.[1] ??
    /\bport\s*[:=]\s*["']?(\d{2,5})/i.exec(text)?.[1] ??
    3000;
  const command = scripts['start'] ? runScript(project, 'start') : entry && `node ${entry}`;
  const found = `${server[1]}${entry === undefined ? '' : ` in ${entry}`}`;
  return backend(found, Number(port), existing('src', 'views', 'public', 'routes'), command);
}

/** Where bundlers write, unless they are configured. */
const OUTPUTS: readonly (readonly [dependency: string, folder: string])[] = [
  ['vite', 'dist'],
  ['astro', 'dist'],
  ['parcel', 'dist'],
  ['react-scripts', 'build'],
  ['webpack', 'dist'],
  ['rollup', 'dist'],
  ['esbuild', 'dist'],
  ['sass', 'dist'],
  ['tailwindcss', 'dist'],
];

/** The folder that the config of Vite or Astro names. */
function configured({ has, read }: Project): string | undefined {
  const file = ['vite', 'astro']
    .flatMap((name) => ['js', 'mjs', 'ts', 'mts'].map((type) => `${name}.config.${type}`))
    .find(has);
  const text = file === undefined ? undefined : read(file);
  return /\boutDir:\s*["'](?:\.\/)?([\w.-][\w./-]*?)\/?["']/.exec(text ?? '')?.[1];
}

function bundler(project: Project): Detected | undefined {
  const { dependencies, scripts, has, existing } = project;
  const tool = OUTPUTS.find(([dependency]) => dependencies.has(dependency));
  if (!tool || !scripts['build']) return undefined;
  const folder =
    configured(project) ??
    [tool[1], 'dist', 'build', 'public', 'out'].find((path) => has(`${path}/index.html`)) ??
    tool[1];
  const sources = existing('src', 'pages', 'styles', 'index.html').map((path) =>
    path.includes('.') ? path : `${path}/**`,
  );
  const on = sources.length > 0 ? sources : ['**', `!${folder}/**`];
  return build(`${tool[0]} with the script "build"`, folder, runScript(project, 'build'), on);
}

function phpFiles({ has }: Project): Detected | undefined {
  const root = ['public', '.'].find((folder) => has(`${folder}/index.php`));
  if (root === undefined) return undefined;
  const option = root === '.' ? '' : ` -t ${root}`;
  return backend(
    `PHP (${root === '.' ? '' : `${root}/`}index.php)`,
    8000,
    ['.'],
    `php -S localhost:8000${option}`,
  );
}

function staticFiles({ has }: Project): Detected | undefined {
  const folders = ['.', 'public', 'site', 'content', 'docs', 'www', 'html', 'static', 'dist', 'build', 'src'];
  const folder = folders.find((path) => has(`${path}/index.html`));
  if (folder === undefined) return undefined;
  return { found: `${folder === '.' ? '' : `${folder}/`}index.html`, config: { folder } };
}
