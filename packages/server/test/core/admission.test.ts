import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdmission, type AdmissionLimits } from '../../src/core/admission.ts';

const none: AdmissionLimits = {
  maxConnections: Infinity,
  maxPerAddress: Infinity,
  maxPerSite: Infinity,
  maxSites: Infinity,
};

/** Whose connection it is: site and address. */
type Visit = [site: string, address: string];

describe('admission', () => {
  it.each<[keyof AdmissionLimits, Visit, Visit]>([
    ['maxConnections', ['s1', 'a1'], ['s2', 'a2']],
    ['maxPerAddress', ['s1', 'a1'], ['s2', 'a1']],
    ['maxPerSite', ['s1', 'a1'], ['s1', 'a2']],
    ['maxSites', ['s1', 'a1'], ['s2', 'a2']],
  ])('[C11] holds %s, and lets in again once there is room', (limit, first, second) => {
    const admission = createAdmission({ ...none, [limit]: 1 });
    const admitted = admission.admit(...first);
    if (!admitted.ok) throw new Error('the first one must get in');
    expect(admission.admit(...second)).toEqual({ ok: false, limit });
    admitted.release();
    expect(admission.admit(...second).ok).toBe(true);
  });

  it('[C11] takes more people on a known site when no new site fits', () => {
    const admission = createAdmission({ ...none, maxSites: 1 });
    expect([admission.admit('s1', 'a'), admission.admit('s1', 'a')].every(({ ok }) => ok)).toBe(true);
  });

  it('[C11] puts a connection without an address or a site down to nobody', () => {
    const admission = createAdmission({ ...none, maxPerAddress: 1, maxPerSite: 1 });
    const all = [1, 2, 3].map(() => admission.admit(undefined, undefined));
    expect(all.every(({ ok }) => ok)).toBe(true);
  });

  it('[C11] gives every place back exactly once, whatever the order', () => {
    const step = fc.record({
      enter: fc.boolean(),
      site: fc.constantFrom('s1', 's2', 's3'),
      index: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const limits = { maxConnections: 5, maxPerAddress: 4, maxPerSite: 3, maxSites: 2 };
        const admission = createAdmission(limits);
        const inside: { site: string; release: () => void }[] = [];
        for (const { enter, site, index } of steps) {
          if (enter) {
            const sites = new Set(inside.map((place) => place.site));
            const onSite = inside.filter((place) => place.site === site).length;
            const fits = inside.length < 4 && onSite < 3 && (sites.has(site) || sites.size < 2);
            const result = admission.admit(site, 'address');
            expect(result.ok).toBe(fits);
            if (result.ok) inside.push({ site, release: result.release });
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
