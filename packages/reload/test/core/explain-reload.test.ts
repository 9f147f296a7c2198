import { expect, it } from 'vitest';
import type { NamedChange } from '../../src/core/classify-change.ts';
import { explainReload } from '../../src/core/explain-reload.ts';

const change = (name: string, more: Partial<NamedChange> = {}): NamedChange => ({
  name,
  kind: 'changed',
  served: true,
  use: 'part',
  ...more,
});

it.each<[change: NamedChange, reason: string | undefined]>([
  [change('/app.js'), 'scripts are not replaced in place'],
  [change('/app.mjs'), 'scripts are not replaced in place'],
  [change('/a.css', { kind: 'added' }), 'the file is new'],
  [change('/a.css', { kind: 'removed' }), 'the file was deleted'],
  [change('/part.html'), 'a page has loaded it as a part'],
  [change('/part.html', { use: 'unknown' }), 'pages may contain it'],
  [change('a.vue', { served: false, use: 'unknown' }), 'pages may contain what is built from .vue files'],
  [change('data/fr.json'), '.json files are not replaced in place'],
  [change('/LICENSE'), 'files without an extension are not replaced in place'],
  [change('/a.css'), undefined],
])('[R30] a page reloads for %j: %s', (one, reason) => {
  expect(explainReload([one], '/index.html')).toBe(reason);
});

it('[R30] of several changes, the reason names the first file that cannot be applied in place', () => {
  const changes = [change('/a.css'), change('/a%20b/app.js'), change('/b.js')];
  expect(explainReload(changes, '/index.html')).toBe('a b/app.js: scripts are not replaced in place');
});
