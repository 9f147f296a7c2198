import { expect, it } from 'vitest';
import { createJsonLog, createQuietLog } from '../../src/cli/log.ts';

it('[R30] --quiet writes warnings, errors, problems, commands that fail with their output, and that the backend is down', () => {
  const lines: string[] = [];
  const log = createQuietLog(createJsonLog({ write: (text) => lines.push(text) }));
  const pages = { none: 0, apply: 0, reload: 1 };
  log.update({ files: ['a.js'], pages, applied: [], reason: 'why' });
  log.skipped({ files: ['b.md'], reason: 'why' });
  log.backend({ state: 'up', url: 'http://localhost:1' });
  log.output({ command: 'build', text: 'of the first run\n' });
  log.command({ command: 'build', state: 'succeeded' });
  log.finding({ check: 'port', state: 'ok', text: 'Port 8080 is free.' });
  log.diagnosis(0);
  log.closing();
  expect(lines).toEqual([]);
  log.output({ command: 'build', text: 'line 3 ' });
  log.output({ command: 'build', text: 'is wrong\n' });
  log.command({ command: 'build', state: 'failed', code: 1 });
  log.backend({ state: 'down', url: 'http://localhost:1', problem: 'refused' });
  log.finding({ check: 'port', state: 'problem', text: 'Port 8080 is used.', advice: 'End it.' });
  log.warning('a warning');
  log.error('an error');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { event: 'output', command: 'build', text: 'line 3 is wrong\n' },
    { event: 'command', command: 'build', state: 'failed', code: 1 },
    { event: 'backend', state: 'down', url: 'http://localhost:1', problem: 'refused' },
    { event: 'finding', check: 'port', state: 'problem', text: 'Port 8080 is used.', advice: 'End it.' },
    { event: 'warning', message: 'a warning' },
    { event: 'error', message: 'an error' },
  ]);
});
