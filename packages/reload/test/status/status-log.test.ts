import { describe, expect, it } from 'vitest';
import type { UpdateReport } from '../../src/events.ts';
import { nameDevice } from '../../src/status/device-name.ts';
import { explainUpdate } from '../../src/status/explain-update.ts';
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
  return new StatusLog({ now: () => ++time, about, reloadOnly: false, pages: () => pages });
}

describe('the log of the status', () => {
  it('[R21] keeps the last 50 updates, the newest first, with at most 20 names of files', () => {
    const log = createLog();
    for (let index = 0; index < 60; index++) log.recordUpdate(report([`${index}.js`], { reload: 1 }));
    log.recordUpdate(report(Array.from({ length: 500 }, (_, index) => `${index}.css`)));
    const { updates } = log.snapshot();
    expect(updates).toHaveLength(50);
    expect(updates[0]).toMatchObject({ more: 480, reason: 'no page was open' });
    expect(updates[1]).toMatchObject({ files: ['59.js'], reason: '59.js cannot be replaced in place' });
  });

  it('[R21] shows skipped files with their reason, and why a backend has reloaded pages', () => {
    const log = createLog();
    log.recordSkipped({ files: ['README.md'], reason: 'no open page has requested it' });
    log.recordBackend({ url: 'http://localhost:8000', state: 'restarted' });
    log.recordUpdate(report([], { reload: 1 }));
    log.recordUpdate(report([], { reload: 1 }));
    expect(log.snapshot().updates.map(({ reason }) => reason)).toEqual([
      'notify() was called',
      'the backend has restarted',
      'no open page has requested it',
    ]);
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

describe('the reason of an update', () => {
  it.each<[UpdateReport, object, string]>([
    [report(['a.css'], { none: 1 }), {}, 'no open page uses what has changed'],
    [{ ...report(['a.css'], { apply: 1 }), applied: ['css'] }, {}, 'styles can be replaced in place'],
    [
      report(['a.css'], { reload: 1 }),
      { reloadOnly: true },
      'every change reloads, because of --reload-only',
    ],
    [report(['a.css'], { reload: 1 }), {}, 'a file was created or deleted, or belongs to another page'],
    [report([], { reload: 1 }), { cause: 'backend-up' }, 'the backend is up again'],
  ])('[R21] of %j with %j', (update, context, reason) => {
    expect(explainUpdate(update, context)).toBe(reason);
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
