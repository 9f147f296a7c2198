import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Presence } from '../../src/core/presence.ts';

describe('census', () => {
  it('[C2] counts a member once, a member less once it has left', () => {
    const census = new Presence<string>();
    census.join('a.example', 'ann', 'c1');
    census.join('a.example', 'bob', 'c2');
    expect(census.count('a.example')).toBe(2);
    expect(census.leave('a.example', 'ann', 'c1')).toBe(true);
    expect(census.leave('a.example', 'ann', 'c1')).toBe(false);
    expect(census.count('a.example')).toBe(1);
  });

  it('[C1] never mixes sites, whatever their names', () => {
    const census = new Presence<string>();
    for (const site of ['a.example', '__proto__', 'constructor', '']) census.join(site, 'ann', 'c');
    expect([...census.sites()].map((site) => census.count(site))).toEqual([1, 1, 1, 1]);
    expect(census.count('toString')).toBe(0);
  });

  it('[C7] lets the newest connection of a member stand for it', () => {
    const census = new Presence<string>();
    expect(census.join('a.example', 'ann', 'old')).toBeUndefined();
    expect(census.join('a.example', 'ann', 'new')).toBe('old');
    expect(census.count('a.example')).toBe(1);
    expect(census.leave('a.example', 'ann', 'old')).toBe(false);
    expect(census.count('a.example')).toBe(1);
    expect([...census.connections('a.example')]).toEqual(['new']);
  });

  it('[C7] never takes a connection that has no member id for anybody else', () => {
    const census = new Presence<string>();
    const [one, other] = [{}, {}];
    census.join('a.example', one, 'c1');
    census.join('a.example', other, 'c2');
    census.join('a.example', '[object Object]', 'c3');
    expect(census.count('a.example')).toBe(3);
  });

  it('[C2] forgets a site with its last member', () => {
    const census = new Presence<string>();
    census.join('a.example', 'ann', 'c');
    census.leave('a.example', 'ann', 'c');
    expect([...census.sites()]).toEqual([]);
  });

  it('[C5] may be walked through while members come and go', () => {
    const census = new Presence<string>();
    for (const member of ['a', 'b', 'c']) census.join('s', member, member);
    const met: string[] = [];
    for (const connection of census.connections('s')) {
      met.push(connection);
      if (connection === 'a') {
        census.leave('s', 'b', 'b');
        census.join('s', 'd', 'd');
      }
    }
    expect(met).toEqual(['a', 'c', 'd']);
  });

  it('[C2][C7] is exact after any interleaving: never negative, never the same member twice', () => {
    const site = fc.constantFrom('a', 'b', '__proto__');
    const member = fc.constantFrom('m1', 'm2', 'm3', 'm4');
    const action = fc.record({
      join: fc.boolean(),
      site,
      member,
      connection: fc.integer({ min: 0, max: 7 }),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const census = new Presence<number>();
        // The model: which connection stands for which member, as plain pairs.
        const model = new Map<string, number>();
        for (const { join, site, member, connection } of actions) {
          const key = `${site} ${member}`;
          if (join) {
            const previous = model.get(key);
            expect(census.join(site, member, connection)).toBe(
              previous === connection ? undefined : previous,
            );
            model.set(key, connection);
          } else {
            const stands = model.get(key) === connection;
            expect(census.leave(site, member, connection)).toBe(stands);
            if (stands) model.delete(key);
          }
          for (const name of ['a', 'b', '__proto__']) {
            const expected = [...model.keys()].filter((key) => key.startsWith(`${name} `)).length;
            expect(census.count(name)).toBe(expected);
            expect([...census.connections(name)]).toHaveLength(expected);
          }
        }
      }),
    );
  });
});
