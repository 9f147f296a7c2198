import { describe, expect, it } from 'vitest';
import { describePages } from '../../src/cli/describe-update.ts';
import type { UpdateReport } from '../../src/events.ts';
import { nameDevice } from '../../src/status/device-name.ts';
import { StatusLog, type ConnectedPage } from '../../src/status/status-log.ts';

const NONE = { none: 0, apply: 0, reload: 0 };
const report = (files: string[], pages: Partial<UpdateReport['pages']> = {}): UpdateReport => ({
  files,
  pages: { ...NONE, ...pages },
  applied: [],
});

function createLog(pages: ConnectedPage[] = []) {
  let time = 0;
  const about = { kind: 'folder' as const, source: 'content', watched: ['content'], ignored: [] };
  return new StatusLog({ now: () => ++time, about, pages: () => pages });
}

describe('the log of the status', () => {
  it('[R21] keeps the last 50 updates, the newest first, with at most 20 names of files', () => {
    const log = createLog();
    const reason = 'scripts are not replaced in place';
    for (let index = 0; index < 60; index++)
      log.recordUpdate({ ...report([`${index}.js`], { reload: 1 }), reason, durationMs: 13.6 });
    log.recordUpdate(report(Array.from({ length: 500 }, (_, index) => `${index}.css`)));
    const { updates } = log.snapshot();
    expect(updates).toHaveLength(50);
    expect(updates[0]).toMatchObject({ more: 480, outcome: 'no page is open', isApplied: false });
    expect(updates[1]).toMatchObject({
      files: ['59.js'],
      outcome: 'reloads 1 page (14 ms)',
      isApplied: true,
      reason,
    });
  });

  it('[R30] says what pages did, and why, in the words of the terminal', () => {
    const reports = [
      report([], { reload: 1 }),
      { ...report([], { reload: 2 }), reason: 'the backend has restarted' },
      {
        ...report(['a.css', 'b.html'], { apply: 2 }),
        applied: ['css' as const, 'html' as const],
        durationMs: 12,
      },
      report(['a.html'], { none: 1 }),
      report(['a.html']),
    ];
    const log = createLog();
    reports.forEach((one) => log.recordUpdate(one));
    const skipped = { files: ['README.md'], reason: 'no open page has requested it' };
    log.recordSkipped(skipped);
    const lines = log
      .snapshot()
      .updates.map(({ outcome, reason }) => (reason === undefined ? outcome : `${outcome}: ${reason}`));
    expect(lines.reverse()).toEqual([...reports, skipped].map((one) => describePages(one)));
  });

  it('[R21] bounds what requests can fill, and escapes control characters', () => {
    const log = createLog();
    for (let index = 0; index < 300; index++) log.recordResponse(`/${index}`, 200);
    log.recordResponse('/299', 404);
    log.recordResponse(`/%1b${'x'.repeat(9_000)}`, 404);
    for (let index = 0; index < 99; index++) log.recordWarning(String(index));
    const { served, warnings } = log.snapshot();
    expect(served.total).toBe(302);
    expect(served.recent).toHaveLength(100);
    expect(served.recent[0]!.path).toMatch(/^\/\\u001bx{198}…$/);
    expect(served.recent[1]).toMatchObject({ path: '/299', status: 404, count: 2 });
    expect(warnings.map(({ text }) => text).slice(0, 2)).toEqual(['98', '97']);
    expect(warnings).toHaveLength(20);
  });

  it('[R21] groups pages by their device', () => {
    const phone = { address: '::ffff:192.168.1.7', userAgent: 'Android Firefox/140.0', since: 1 };
    const { devices } = createLog([
      { ...phone, path: '/a%20b' },
      { ...phone, path: undefined },
      { address: '::1', userAgent: '', path: '/', since: 2 },
    ]).snapshot();
    expect(devices).toEqual([
      {
        name: 'Firefox on Android',
        address: '192.168.1.7',
        pages: [
          { path: '/a b', since: 1 },
          { path: '', since: 1 },
        ],
      },
      { name: 'A browser', address: 'this machine', pages: [{ path: '/', since: 2 }] },
    ]);
  });
});

describe('the name of a device', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36',
      'Chrome on Android',
    ],
    ['curl/8.0', 'A browser'],
  ])('[R21] of %s', (userAgent, name) => {
    expect(nameDevice(userAgent)).toBe(name);
  });
});
