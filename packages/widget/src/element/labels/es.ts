import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { one: '# visitante en línea', other: '# visitantes en línea' },
  page: { one: '# visitante en esta página', other: '# visitantes en esta página' },
  outdated: 'último número conocido',
};
