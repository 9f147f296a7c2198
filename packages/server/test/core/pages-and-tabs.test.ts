import { describe, expect, it } from 'vitest';
import { foldPages, MAX_PATHS, PagesAndTabs } from '../../src/core/pages-and-tabs.ts';
import { otherPagesKey, pageKey, tabsKey } from '../../src/core/site-keys.ts';
import { createFakeConnection, type FakeConnection } from '../helpers/fake-connection.ts';

const SITE = 'a.example';
const key = (path: string): string => pageKey(SITE, path);

function setUp() {
  const local = new PagesAndTabs();
  const join = (page?: string, tabs?: number): FakeConnection => {
    const connection = createFakeConnection();
    local.set(SITE, connection, { page, tabs });
    return connection;
  };
  return { local, join };
}

describe('pages and tabs', () => {
  it('[C2] a member is on one page, and moves in one step', () => {
    const { local, join } = setUp();
    const connection = join('/a');
    expect(local.set(SITE, connection, { page: '/b' })).toEqual([key('/a'), key('/b')]);
    expect([local.count(key('/a')), local.count(key('/b'))]).toEqual([0, 1]);
    expect([...local.pageKeys(SITE)]).toEqual([key('/b')]);
    expect(local.set(SITE, connection, { page: '/b' })).toEqual([]);
  });

  it('[C7] a newer connection of the same member takes its place on the page', () => {
    const { local, join } = setUp();
    const older = join('/a', 3);
    const newer = join('/a', 2);
    expect(local.remove(SITE, older)).toEqual([tabsKey(SITE), key('/a')]);
    expect([local.count(key('/a')), local.count(tabsKey(SITE))]).toEqual([1, 1]);
    expect([...local.connections(key('/a'))]).toEqual([newer]);
  });

  it('[C2] the tabs of a site are those that are more than its members', () => {
    const { local, join } = setUp();
    const connections = [join(undefined, 3), join(undefined, 1), join()];
    expect(local.count(tabsKey(SITE))).toBe(2);
    expect(local.set(SITE, connections[0]!, { tabs: 1 })).toEqual([tabsKey(SITE)]);
    expect(local.set(SITE, connections[0]!, { tabs: 1 })).toEqual([]);
    expect(local.count(tabsKey(SITE))).toBe(0);
  });

  it('[C2] members past 1,000 paths are counted together, until there is room', () => {
    const { local, join } = setUp();
    const connections = Array.from({ length: MAX_PATHS }, (_, number) => join(`/${number}`));
    const late = join('/late');
    expect(local.pageKeyOf(late)).toBe(otherPagesKey(SITE));
    expect(local.count(otherPagesKey(SITE))).toBe(1);
    expect(local.pageKeyOf(join('/7'))).toBe(key('/7'));
    local.remove(SITE, connections[0]!);
    local.set(SITE, late, { page: '/later' });
    expect(local.pageKeyOf(late)).toBe(key('/later'));
    expect(local.count(otherPagesKey(SITE))).toBe(0);
  });

  it('[C2] the pages with the most members are kept', () => {
    const counts = Array.from({ length: MAX_PATHS + 2 }, (_, index) => [key(`/${index}`), index] as const);
    const { pages, other } = foldPages(SITE, counts, 5);
    expect(pages.size).toBe(MAX_PATHS);
    expect(pages.get(`/${MAX_PATHS + 1}`)).toBe(MAX_PATHS + 1);
    // A page without members is none.
    expect([pages.has('/0'), pages.has('/1'), other]).toEqual([false, false, 5 + 1]);
  });
});
