import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createJsonLog, createPrettyLog } from '../src/cli/log.ts';

function record() {
  const lines: string[] = [];
  return { lines, out: { write: (text: string) => void lines.push(text) } };
}

describe('the log', () => {
  it('[C9] logs that totals are stale, why, and that they are exact again', () => {
    const { lines, out } = record();
    const pretty = createPrettyLog(out, out);
    pretty.stale(true, 'Redis is away\x1b[2J');
    pretty.stale(false, undefined);
    pretty.stale(true, undefined);
    expect(lines.map((line) => stripVTControlCharacters(line))).toEqual([
      'Note: totals may be old: Redis is away\\u001b[2J\n',
      'Totals are exact again\n',
      'Note: totals may be old: other servers are out of reach\n',
    ]);
  });

  it('[C9] logs the same as one JSON object a line', () => {
    const { lines, out } = record();
    createJsonLog(out).stale(true, 'Redis is away');
    createJsonLog(out).stale(false, undefined);
    expect(lines).toEqual([
      '{"event":"stale","stale":true,"reason":"Redis is away"}\n',
      '{"event":"stale","stale":false}\n',
    ]);
  });

  it('[L1] logs a webhook that was abandoned, with the site escaped', () => {
    const { lines, out } = record();
    const failed = {
      origin: 'https://hooks.example',
      type: 'site.peak' as const,
      site: 'a\x1b[2J',
      attempts: 12,
      reason: 'answered 500',
    };
    createPrettyLog(out, out).webhook(failed);
    createJsonLog(out).webhook(failed);
    expect(lines.map((line) => stripVTControlCharacters(line))).toEqual([
      'Note: webhook abandoned: site.peak of a\\u001b[2J to https://hooks.example, 12 attempts: answered 500\n',
      `${JSON.stringify({ event: 'webhook', ...failed })}\n`,
    ]);
  });
});
