import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { other: '# besøgende online' },
  page: { other: '# besøgende på denne side' },
  outdated: 'senest kendte antal',
};
