import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Presence } from '../../src/core/presence.ts';

describe('presence', () => {
  it('[C2] counts a member once, until it leaves', () => {
    const presence = new Presence<string>();
    presence.join('a.example', 'ann', 'c1');
    presence.join('a.example', 'bob', 'c2');
    expect(presence.count('a.example')).toBe(2);
    expect(presence.leave('a.example', 'ann', 'c1')).toBe(true);
    expect(presence.leave('a.example', 'ann', 'c1')).toBe(false);
    expect(presence.count('a.example')).toBe(1);
  });

  it('[C1] never mixes sites, whatever their names', () => {
    const presence = new Presence<string>();
    for (const site of ['a.example', '__proto__', 'constructor', '']) presence.join(site, 'ann', 'c');
    expect([...presence.sites()].map((site) => presence.count(site))).toEqual([1, 1, 1, 1]);
    expect(presence.count('toString')).toBe(0);
  });

  it('[C7] the newest connection of a member is its current one', () => {
    const presence = new Presence<string>();
    expect(presence.join('a.example', 'ann', 'old')).toBeUndefined();
    expect(presence.join('a.example', 'ann', 'new')).toBe('old');
    expect(presence.count('a.example')).toBe(1);
    expect(presence.leave('a.example', 'ann', 'old')).toBe(false);
    expect(presence.count('a.example')).toBe(1);
    expect([...presence.connections('a.example')]).toEqual(['new']);
  });

  it('[C7] a connection without a member id replaces no other', () => {
    const presence = new Presence<string>();
    const [one, other] = [{}, {}];
    presence.join('a.example', one, 'c1');
    presence.join('a.example', other, 'c2');
    presence.join('a.example', '[object Object]', 'c3');
    expect(presence.count('a.example')).toBe(3);
  });

  it('[C2] forgets a site with its last member', () => {
    const presence = new Presence<string>();
    presence.join('a.example', 'ann', 'c');
    presence.leave('a.example', 'ann', 'c');
    expect([...presence.sites()]).toEqual([]);
  });

  it('[C5] connections can be iterated while members join and leave', () => {
    const presence = new Presence<string>();
    for (const member of ['a', 'b', 'c']) presence.join('s', member, member);
    const met: string[] = [];
    for (const connection of presence.connections('s')) {
      met.push(connection);
      if (connection === 'a') {
        presence.leave('s', 'b', 'b');
        presence.join('s', 'd', 'd');
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
        const presence = new Presence<number>();
        // The model: which connection stands for which member, as plain pairs.
        const model = new Map<string, number>();
        for (const { join, site, member, connection } of actions) {
          const key = `${site} ${member}`;
          if (join) {
            const previous = model.get(key);
            expect(presence.join(site, member, connection)).toBe(
              previous === connection ? undefined : previous,
            );
            model.set(key, connection);
          } else {
            const stands = model.get(key) === connection;
            expect(presence.leave(site, member, connection)).toBe(stands);
            if (stands) model.delete(key);
          }
          for (const name of ['a', 'b', '__proto__']) {
            const expected = [...model.keys()].filter((key) => key.startsWith(`${name} `)).length;
            expect(presence.count(name)).toBe(expected);
            expect([...presence.connections(name)]).toHaveLength(expected);
          }
        }
      }),
    );
  });
});
