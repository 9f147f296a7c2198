import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { other: '# besökare online' },
  page: { other: '# besökare på den här sidan' },
  outdated: 'senast kända antal',
};
