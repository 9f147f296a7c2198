import { describe, expect, it } from 'vitest';
import type { ContentVersion, ReloadUpdate } from '@live-online/protocol';
import { createContentVersions } from '../src/core/content-versions.ts';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { FeedbackLoops } from '../src/core/feedback-loops.ts';
import type { SkippedReport, UpdateReport } from '../src/events.ts';
import { createUpdatePublisher, nameFile, type UpdatePublisherOptions } from '../src/update-publisher.ts';

/** A publisher with one open page for each of `files`, and what was sent and reported. */
function setUp(files: (string | undefined)[], options: Partial<UpdatePublisherOptions> = {}) {
  const sent: ReloadUpdate[] = [];
  const versions: ContentVersion[] = [];
  const reports: UpdateReport[] = [];
  const skipped: SkippedReport[] = [];
  const publisher = createUpdatePublisher({
    folder: '/site',
    roots: ['/site', '/more'],
    servedFolders: () => ['/site'],
    useOf: () => 'part',
    isHot: () => false,
    reloadOnly: false,
    versions: createContentVersions('e'),
    loops: new FeedbackLoops(createFakeClock()),
    now: () => 1_020.04,
    pages: () => files.map((file) => ({ file })),
    broadcast(decide) {
      const updates = files.map((file) => decide({ file }));
      sent.push(...updates);
      return updates;
    },
    broadcastVersion: (version) => versions.push(version),
    onUpdate: (report) => reports.push(report),
    onSkipped: (report) => skipped.push(report),
    ...options,
  });
  return { publisher, sent, versions, reports, skipped };
}

describe('what is sent to pages', () => {
  it('[R4] HTML that changed is applied in the page made from it, and nothing in a page known to be another', () => {
    const { publisher, sent, reports } = setUp(['/site/a b.html', '/site/other.html', undefined], {
      useOf: () => 'document',
    });
    publisher.publish([{ path: '/site/a b.html', kind: 'changed', text: '<p>' }], 'd1');
    const version = { id: 'e.1', digest: 'd1' };
    expect(sent).toEqual([
      { version, action: 'apply', html: true, htmlText: '<p>' },
      { version, action: 'none' },
      // A page that this server has not served may have used the file.
      { version, action: 'reload' },
    ]);
    expect(reports).toEqual([
      {
        files: ['a b.html'],
        pages: { none: 1, apply: 1, reload: 1 },
        applied: ['html'],
        reason: 'pages may contain it',
      },
    ]);
  });

  it('[R4] a file that the backend updates in place is skipped, with the reason; the others are published', () => {
    const isHot = (_change: unknown, name: string): boolean => name === 'src/a.js';
    const { publisher, sent, reports, skipped, versions } = setUp([undefined], { folder: undefined, isHot });
    publisher.publish([{ path: '/more/src/a.js', kind: 'changed' }], 'd1');
    const reason = 'the backend updates it in place (Vite)';
    expect(skipped).toEqual([{ files: ['src/a.js'], reason }]);
    expect([sent, reports, versions]).toEqual([[], [], [{ id: 'e.0', digest: 'd1' }]]);
    const others = ['/more/src/a.js', '/more/b.php'];
    publisher.publish(
      others.map((path) => ({ path, kind: 'changed' })),
      'd2',
    );
    expect(reports.map(({ files }) => files)).toEqual([['b.php']]);
    expect(skipped).toHaveLength(2);
  });

  it('[R4] --reload-only: what could be applied is a reload', () => {
    const { publisher, sent } = setUp(['/site/index.html'], { reloadOnly: true });
    publisher.publish([{ path: '/site/a.css', kind: 'changed' }], undefined);
    expect(sent).toEqual([{ version: { id: 'e.1' }, action: 'reload' }]);
  });

  describe.each([
    ['changed', 'index.html'],
    ['added', 'README.md'],
    ['removed', 'old.css'],
  ] as const)('a file that was %s and that no page has requested', (kind, name) => {
    const path = `/site/${name}`;
    const useOf = (one: string) => (one === path ? 'never' : 'part');

    it('[R4] is skipped, with the reason, and begins no version', () => {
      const { publisher, sent, reports, skipped, versions } = setUp(['/site/a.html'], { useOf });
      publisher.publish([{ path, kind }], 'd1');
      expect([sent, reports]).toEqual([[], []]);
      expect(skipped).toEqual([{ files: [name], reason: 'no open page has requested it' }]);
      expect(versions).toEqual([{ id: 'e.0', digest: 'd1' }]);
    });

    it('[R4] does not prevent that the other files of a save are applied', () => {
      const { publisher, sent, reports, skipped } = setUp(['/site/a.html'], { useOf });
      publisher.publish(
        [
          { path, kind },
          { path: '/site/a.css', kind: 'changed' },
        ],
        undefined,
      );
      expect(sent).toMatchObject([{ action: 'apply', css: ['/a.css'] }]);
      expect(reports).toMatchObject([{ files: ['a.css'] }]);
      expect(skipped).toMatchObject([{ files: [name] }]);
    });

    it('[R4] reloads a page from before the start of the server, which may use it, and no other', () => {
      const { publisher, sent, reports, skipped } = setUp(['/site/a.html', undefined], { useOf });
      publisher.publish([{ path, kind }], undefined);
      expect(sent.map(({ action }) => action)).toEqual(['none', 'reload']);
      expect([reports.length, skipped.length]).toEqual([1, 0]);
    });

    it('[R4] reloads pages if the user has named it, or if it is not in the served folder', () => {
      const { publisher, sent } = setUp(['/site/a.html'], { useOf: () => 'never' });
      publisher.publishNotified([{ path, kind }], undefined);
      publisher.publish([{ path: '/more/a.php', kind }], undefined);
      expect(sent.map(({ action }) => action)).toEqual(['reload', 'reload']);
    });
  });

  it('[R30] an update names why pages reload, and the time since the first event of its files', () => {
    const { publisher, reports } = setUp(['/site/index.html']);
    publisher.publish(
      [
        { path: '/site/a.css', kind: 'changed', sinceMs: 1_007 },
        { path: '/site/a b.js', kind: 'changed', sinceMs: 1_010 },
      ],
      undefined,
    );
    publisher.publish([{ path: '/site/a.css', kind: 'changed', sinceMs: 1_010 }], undefined);
    publisher.publishReload('the backend has restarted');
    expect(reports.map(({ reason, durationMs }) => [reason, durationMs])).toEqual([
      ['a b.js: scripts are not replaced in place', 13],
      [undefined, 10],
      ['the backend has restarted', undefined],
    ]);
    const always = setUp([undefined], { reloadOnly: true });
    always.publisher.publish([{ path: '/site/a.css', kind: 'changed' }], undefined);
    expect(always.reports).toMatchObject([{ reason: 'nothing is replaced in place (--reload-only)' }]);
  });

  it('[R11] without a change, only the digest is sent', () => {
    const { publisher, sent, versions } = setUp([undefined]);
    publisher.publish([], 'd');
    expect([sent, versions]).toEqual([[], [{ id: 'e.0', digest: 'd' }]]);
  });

  it('[R6] each update has its own version, and a digest that becomes known has none', () => {
    const { publisher, sent, versions } = setUp([undefined]);
    publisher.publishReload('why');
    publisher.publishDigest('d');
    publisher.publishReload('why');
    expect(sent.map(({ version }) => version)).toEqual([{ id: 'e.1' }, { id: 'e.2', digest: 'd' }]);
    expect(versions).toEqual([{ id: 'e.1', digest: 'd' }]);
  });

  it.each([
    ['/site/a b/c.css', { served: true, name: '/a%20b/c.css' }],
    ['/more/c d.css', { served: false, name: 'c d.css' }],
    ['/more', { served: false, name: 'more' }],
    ['/else/where.css', { served: false, name: 'else/where.css' }],
  ])(
    '[R4] pages know %s by its URL if it is served, otherwise by its path in what is watched',
    (path, named) => {
      expect(nameFile(path, '/site', ['/site', '/more'])).toEqual(named);
    },
  );
});
