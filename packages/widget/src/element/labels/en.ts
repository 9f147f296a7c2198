import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { one: '# visitor online', other: '# visitors online' },
  page: { one: '# visitor on this page', other: '# visitors on this page' },
  outdated: 'last known number',
};
