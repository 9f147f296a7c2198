import { describe, expect, it } from 'vitest';
import type { ContentVersion, ReloadUpdate } from '@live-online/protocol';
import { createContentVersions } from '../src/core/content-versions.ts';
import type { UpdateReport } from '../src/events.ts';
import { createUpdatePublisher, nameFile, type UpdatePublisherOptions } from '../src/update-publisher.ts';

/** A publisher with one open page for each of `files`, and what was sent and reported. */
function setUp(files: (string | undefined)[], options: Partial<UpdatePublisherOptions> = {}) {
  const sent: ReloadUpdate[] = [];
  const versions: ContentVersion[] = [];
  const reports: UpdateReport[] = [];
  const publisher = createUpdatePublisher({
    folder: '/site',
    roots: ['/site', '/more'],
    useOf: () => 'part',
    reloadOnly: false,
    versions: createContentVersions('e'),
    broadcast(decide) {
      const updates = files.map((file) => decide({ file }));
      sent.push(...updates);
      return updates;
    },
    broadcastVersion: (version) => versions.push(version),
    onUpdate: (report) => reports.push(report),
    ...options,
  });
  return { publisher, sent, versions, reports };
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
      { files: ['a b.html'], pages: { none: 1, apply: 1, reload: 1 }, applied: ['html'] },
    ]);
  });

  it('[R4] --reload-only: what could be applied is a reload', () => {
    const { publisher, sent } = setUp(['/site/index.html'], { reloadOnly: true });
    publisher.publish([{ path: '/site/a.css', kind: 'changed' }], undefined);
    expect(sent).toEqual([{ version: { id: 'e.1' }, action: 'reload' }]);
  });

  it('[R6] each update has its own version, and a digest that becomes known has none', () => {
    const { publisher, sent, versions } = setUp([undefined]);
    publisher.publishReload();
    publisher.publishDigest('d');
    publisher.publishReload();
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
