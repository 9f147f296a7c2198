import { describe, expect, it } from 'vitest';
import { describeSettings } from '../../src/command-line/describe-settings.ts';
import { readSettings, UsageError, type CommandSyntax } from '../../src/command-line/read-settings.ts';
import { logSetting, readNumber, readNumberOrNone } from '../../src/command-line/settings.ts';

const syntax: CommandSyntax<Record<string, unknown>> = {
  variablePrefix: 'TOOL_',
  settings: [
    { flag: 'port', value: 'PORT', option: 'port', read: readNumber, help: 'port (80)' },
    { flag: 'max-sites', value: 'N', option: 'maxSites', read: readNumberOrNone, help: 'maximum' },
    { flag: 'site', value: 'SITE', option: 'sites', many: 'values', help: 'one or several words of help' },
    { flag: 'watch', value: 'PATHS', option: 'watch', many: 'lists', help: 'more' },
    { flag: 'no-serve', option: 'serve', sets: false, help: 'switch' },
    { flag: 'open', value: '[APP]', optional: /^(fox|bear)$/, option: 'open', help: 'open' },
    { ...logSetting, option: 'log' },
  ],
};

describe('the settings of a command line', () => {
  it.each([
    [['--port', '0'], { port: 0 }],
    [['--port', 'eighty'], { port: 'eighty' }],
    [['--max-sites', 'none'], { maxSites: Infinity }],
    [['--site', 'a,b', '--site', 'c'], { sites: ['a,b', 'c'] }],
    [['--watch', 'a, b', '--watch', 'c,'], { watch: ['a', 'b', 'c'] }],
    [['--no-serve'], { serve: false }],
    [['--log', 'json'], { log: 'json' }],
    [['--open'], { open: true }],
    [['--open', '--no-serve'], { open: true, serve: false }],
    [['--open', 'fox'], { open: 'fox' }],
    [['--open=/opt/owl'], { open: '/opt/owl' }],
    [['--open=false'], { open: false }],
  ])('[C11] %j are read as %j', (args, values) => {
    expect(readSettings(syntax, args, {})).toMatchObject({ ask: 'run', values });
  });

  it.each([
    [{ TOOL_SITE: 'a, b' }, { sites: ['a', 'b'] }],
    [{ TOOL_SITE: ',' }, { sites: ['', ''] }],
    [{ TOOL_WATCH: 'a,,b' }, { watch: ['a', 'b'] }],
    [{ TOOL_NO_SERVE: '1' }, { serve: false }],
    [{ TOOL_NO_SERVE: 'false' }, { serve: true }],
    [{ TOOL_MAX_SITES: ' 5 ' }, { maxSites: 5 }],
    [{ TOOL_PORT: ' ' }, {}],
    [{ TOOL_OPEN: '1' }, { open: true }],
    [{ TOOL_OPEN: 'false' }, { open: false }],
    [{ TOOL_OPEN: 'owl' }, { open: 'owl' }],
  ])('[C11] the variables %j are read as %j', (environment, values) => {
    expect(readSettings(syntax, [], environment).values).toEqual(values);
  });

  it('[C11] a flag overrides its variable, and sources name the one that was used', () => {
    const { values, sources } = readSettings(syntax, ['--port', '1'], { TOOL_PORT: '2', TOOL_SITE: 'a' });
    expect(values).toEqual({ port: 1, sites: ['a'] });
    expect(Object.fromEntries(sources)).toMatchObject({
      port: '--port',
      sites: 'TOOL_SITE',
      maxSites: '--max-sites',
    });
  });

  it('[C11] help and version override all other settings', () => {
    expect(readSettings(syntax, ['--log', 'wrong', '-h', '-v'], {})).toMatchObject({
      ask: 'help',
      values: {},
    });
    expect(readSettings(syntax, ['-v'], { TOOL_LOG: 'wrong' }).ask).toBe('version');
  });

  it.each([
    [['--prot'], {}, /^Unknown option '--prot': did you mean --port\? --help lists all options$/],
    [['--nonsense'], {}, /^Unknown option '--nonsense'; --help lists all options$/],
    [['--port', '-1'], {}, /^--port requires a value: --port=PORT; --help/],
    [['--no-serve=1'], {}, /^Option '--no-serve' does not take an argument; --help/],
    [['stray'], {}, /^Unexpected argument 'stray'/],
    [['--port'], {}, /^--port requires a value: --port=PORT; --help/],
    [['--log', 'xml'], {}, /^--log must be pretty or json, not "xml"$/],
    [[], { TOOL_LOG: 'xml' }, /^TOOL_LOG must be pretty or json, not "xml"$/],
    [[], { TOOL_NO_SERVE: 'maybe' }, /^TOOL_NO_SERVE must be true or false, not "maybe"$/],
  ])('[C11] %j with %j is a mistake, with a message that says what to do', (args, environment, message) => {
    const read = () => readSettings(syntax, args, environment as Record<string, string>);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });

  it('[R1] a command that takes arguments gets those that are not flags', () => {
    const { rest } = readSettings({ ...syntax, acceptsArguments: true }, ['a', '--port', '1', 'b'], {});
    expect(rest).toEqual(['a', 'b']);
  });

  it('[R1] an argument after a flag with an optional value is its value only if it looks like one', () => {
    const withArguments = { ...syntax, acceptsArguments: true };
    const read = (...args: string[]) => readSettings(withArguments, args, {});
    expect(read('--open', 'content')).toMatchObject({ values: { open: true }, rest: ['content'] });
    expect(read('--open', 'bear', 'content')).toMatchObject({ values: { open: 'bear' }, rest: ['content'] });
    expect(read('--', '--open', 'bear')).toMatchObject({ values: {}, rest: ['--open', 'bear'] });
  });

  it('[C10] the help has two columns, and wraps the second one', () => {
    const lines = describeSettings(syntax.settings.slice(2, 5), { width: 38, column: 18 });
    expect(lines).toEqual([
      '  --site SITE     one or several words',
      '                  of help',
      '  --watch PATHS   more',
      '  --no-serve      switch',
      '  --help, -h      show this',
      '  --version, -v   show the version',
    ]);
  });
});
