import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { one: '# visitatore online', other: '# visitatori online' },
  page: { one: '# visitatore su questa pagina', other: '# visitatori su questa pagina' },
  outdated: 'ultimo numero noto',
};
