import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdmission, type AdmissionLimits } from '../../src/core/admission.ts';

const none: AdmissionLimits = {
  maxConnections: Infinity,
  maxPerAddress: Infinity,
  maxPerSite: Infinity,
  maxSites: Infinity,
  maxSitesPerAddress: Infinity,
};

/** Whose connection it is: site and address. */
type Visit = [site: string, address: string];

describe('admission', () => {
  it.each<[keyof AdmissionLimits, Visit, Visit]>([
    ['maxConnections', ['s1', 'a1'], ['s2', 'a2']],
    ['maxPerAddress', ['s1', 'a1'], ['s2', 'a1']],
    ['maxPerSite', ['s1', 'a1'], ['s1', 'a2']],
    ['maxSites', ['s1', 'a1'], ['s2', 'a2']],
    ['maxSitesPerAddress', ['s1', 'a1'], ['s2', 'a1']],
  ])('[C11] %s holds, and a released place can be reserved again', (limit, first, second) => {
    const admission = createAdmission({ ...none, [limit]: 1 });
    const admitted = admission.admit(...first);
    if (!admitted.ok) throw new Error('the first one must get in');
    expect(admission.admit(...second)).toEqual({ ok: false, limit });
    admitted.release();
    expect(admission.admit(...second).ok).toBe(true);
  });

  it('[C11] an open site admits connections when no new site fits', () => {
    const admission = createAdmission({ ...none, maxSites: 1 });
    expect([admission.admit('s1', 'a'), admission.admit('s1', 'a')].every(({ ok }) => ok)).toBe(true);
  });

  it('[C11] a connection without an address or a site counts against none', () => {
    const admission = createAdmission({ ...none, maxPerAddress: 1, maxPerSite: 1 });
    const all = [1, 2, 3].map(() => admission.admit(undefined, undefined));
    expect(all.every(({ ok }) => ok)).toBe(true);
  });

  it('[C11] a site counts against the address that opened it until it has no connections', () => {
    const admission = createAdmission({ ...none, maxSitesPerAddress: 1 });
    const [opener, other] = [admission.admit('s1', 'a1'), admission.admit('s1', 'a2')];
    if (!opener.ok || !other.ok) throw new Error('both must get in');
    opener.release();
    expect(admission.admit('s2', 'a1')).toEqual({ ok: false, limit: 'maxSitesPerAddress' });
    // On sites of others, and on those that the list names, there is room.
    expect(admission.admit('s3', 'a2').ok).toBe(true);
    expect(admission.admit('s3', 'a1').ok).toBe(true);
    expect(admission.admit('listed', 'a1', true).ok).toBe(true);
    other.release();
    expect(admission.admit('s2', 'a1').ok).toBe(true);
  });

  it('[C11] [SEC23] releases every place exactly once, in any order', () => {
    const step = fc.record({
      enter: fc.boolean(),
      site: fc.constantFrom('s1', 's2', 's3', 's4'),
      address: fc.constantFrom('a1', 'a2', undefined),
      isListed: fc.boolean(),
      index: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const limits = {
          maxConnections: 8,
          maxPerAddress: 4,
          maxPerSite: 3,
          maxSites: 3,
          maxSitesPerAddress: 1,
        };
        const admission = createAdmission(limits);
        const inside: { site: string; address: string | undefined; release: () => void }[] = [];
        const openedBy = new Map<string, string | undefined>();
        for (const { enter, site, address, isListed, index } of steps) {
          for (const open of [...openedBy.keys()]) {
            if (!inside.some((place) => place.site === open)) openedBy.delete(open);
          }
          if (enter) {
            const onSite = inside.filter((place) => place.site === site).length;
            const ofAddress = inside.filter((place) => place.address === address).length;
            const mayOpen = address === undefined || ![...openedBy.values()].includes(address);
            const fits =
              inside.length < 8 &&
              (address === undefined || ofAddress < 4) &&
              onSite < 3 &&
              (onSite > 0 || isListed || (openedBy.size < 3 && mayOpen));
            const result = admission.admit(site, address, isListed);
            expect(result.ok).toBe(fits);
            if (!result.ok) continue;
            if (onSite === 0) openedBy.set(site, isListed ? undefined : address);
            inside.push({ site, address, release: result.release });
          } else if (index < inside.length) {
            const [place] = inside.splice(index, 1);
            place!.release();
            place!.release();
          }
        }
      }),
    );
  });
});
