import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { UsageError } from '@live-online/internal/command-line/read-settings';
import { helpText } from '../../src/cli/help.ts';
import { readCommandLine } from '../../src/cli/read-command-line.ts';
import { syntax } from '../../src/cli/settings.ts';

describe('the command line', () => {
  it('[R1] reads the folder and the flags', () => {
    const { ask, options, open, log } = readCommandLine(
      [
        'content',
        '--port',
        '0',
        '--spa',
        '--no-serve',
        '--watch',
        'a,b',
        '--watch',
        'c',
        '--open',
        '--log',
        'json',
      ],
      {},
    );
    expect({ ask, open, log }).toEqual({ ask: 'run', open: true, log: 'json' });
    expect(options).toEqual({ folder: 'content', port: 0, spa: true, serve: false, watch: ['a', 'b', 'c'] });
  });

  it('[R1] reads environment variables, and flags override them', () => {
    const environment = {
      LIVE_ONLINE_RELOAD_PORT: '1',
      LIVE_ONLINE_RELOAD_SPA: 'true',
      LIVE_ONLINE_RELOAD_OPEN: '0',
    };
    const { options, open, sources } = readCommandLine(['--port', '2'], environment);
    expect(options).toEqual({ port: 2, spa: true });
    expect(open).toBe(false);
    expect(sources.get('spa')).toBe('LIVE_ONLINE_RELOAD_SPA');
  });

  it.each([
    [['--livereload'], { livereload: true }],
    [['--livereload', '35730', 'content'], { livereload: 35_730, folder: 'content' }],
    [['--sync', 'content'], { sync: true, folder: 'content' }],
    [['--sync', 'scroll,fields'], { sync: { scroll: true, fields: true } }],
    [['--open', 'content'], { folder: 'content' }],
  ])('[R1] reads %j, whose values are optional', (args, options) => {
    expect(readCommandLine(args, {}).options).toEqual(options);
  });

  it('[R1] --help and --version work even if other arguments are wrong', () => {
    expect(readCommandLine(['a', 'b', '--help'], {}).ask).toBe('help');
    expect(readCommandLine(['--log', 'wrong', '-v'], {}).ask).toBe('version');
  });

  it.each([
    [['--prot', '1'], /--prot': did you mean --port\?.*--help/],
    [['a', '--exec', ' '], /--exec requires a command, such as --exec "npm run build"/],
    [['a', 'b', 'c'], /only one folder.*--watch b,c/],
    [['--log', 'yaml'], /--log must be pretty or json, not "yaml"/],
    [['--port'], /--port/],
  ])('[R1] %j is a usage error that says what to do', (args, message) => {
    expect(() => readCommandLine(args, {})).toThrow(UsageError);
    expect(() => readCommandLine(args, {})).toThrow(message);
  });

  it('[R1] --help names every flag and fits a terminal', () => {
    for (const { flag } of syntax.settings) expect(helpText()).toContain(`--${flag}`);
    for (const line of helpText().split('\n')) expect(line.length).toBeLessThanOrEqual(110);
  });

  it.each([
    [['--doctor', 'content'], undefined, 'content'],
    [['content', '--doctor'], undefined, 'content'],
    [['--doctor', '/shop', 'content'], '/shop', 'content'],
    [['content', '--doctor', 'http://localhost:8080/shop'], 'http://localhost:8080/shop', 'content'],
    [['--proxy', 'http://localhost:1', '--doctor', '/'], '/', undefined],
    [['--doctor', tmpdir()], undefined, tmpdir()],
  ])('[R31] %j checks the page %s of %s', (args, page, folder) => {
    const command = readCommandLine(args, {});
    expect([command.task, command.page, command.options.folder]).toEqual(['doctor', page, folder]);
  });

  it('[R31] --doctor takes no text that is no page', () => {
    expect(() => readCommandLine(['--doctor=shop'], {})).toThrow('--doctor must be the path of a page');
  });
});
