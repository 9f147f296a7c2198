import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { one: '# visitante online', other: '# visitantes online' },
  page: { one: '# visitante nesta página', other: '# visitantes nesta página' },
  outdated: 'último número conhecido',
};
