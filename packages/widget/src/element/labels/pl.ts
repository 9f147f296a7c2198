import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { one: '# osoba online', few: '# osoby online', other: '# osób online' },
  page: { one: '# osoba na tej stronie', few: '# osoby na tej stronie', other: '# osób na tej stronie' },
  outdated: 'ostatnia znana liczba',
};
