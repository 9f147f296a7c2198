import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { one: '# visiteur en ligne', other: '# visiteurs en ligne' },
  page: { one: '# visiteur sur cette page', other: '# visiteurs sur cette page' },
  outdated: 'dernier nombre connu',
};
