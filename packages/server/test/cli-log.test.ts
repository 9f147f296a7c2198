import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
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

  it('[L1] [SEC50] no name controls the terminal or adds a line, as text and as JSON', () => {
    const hostile = 'a\u001B[2J\u001B]0;title\u0007\r\nNote: forged\u0085\u009B31m\u2028\u202Eb\u200F\u007F';
    const failed = { origin: 'https://a.example', type: 'site.peak' as const, attempts: 1, reason: hostile };
    const totals = new Map([[hostile, 3]]);
    const { lines, out } = record();
    for (const log of [createPrettyLog({ ...out, isTTY: true, columns: 500 }, out), createJsonLog(out)]) {
      let update = (_published: object): void => {};
      const counter = {
        totals: () => totals,
        total: () => 3,
        on: (_event: string, listener: typeof update) => ((update = listener), () => {}),
      } as unknown as Parameters<typeof log.follow>[0];
      log.stale(true, hostile);
      log.webhook({ ...failed, site: hostile });
      vi.useFakeTimers({ toFake: ['setTimeout'] });
      const stop = log.follow(counter);
      update({ site: hostile, total: 3, stale: false });
      vi.runAllTimers();
      vi.useRealTimers();
      stop();
    }
    expect(lines).toHaveLength(6);
    for (const line of lines) {
      const text = stripVTControlCharacters(line.replace('\r\u001B[2K', '').replace(/\n$/, ''));
      expect(text).toContain('forged');
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
    expect(JSON.parse(lines.at(-1)!)).toEqual({ event: 'total', site: hostile, total: 3 });
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
