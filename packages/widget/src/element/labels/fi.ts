import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { one: '# kävijä paikalla', other: '# kävijää paikalla' },
  page: { one: '# kävijä tällä sivulla', other: '# kävijää tällä sivulla' },
  outdated: 'viimeisin tiedossa oleva määrä',
};
