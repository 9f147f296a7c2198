import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { other: '# Besucher online' },
  page: { other: '# Besucher auf dieser Seite' },
  outdated: 'zuletzt bekannte Zahl',
};
