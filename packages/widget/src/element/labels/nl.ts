import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { one: '# bezoeker online', other: '# bezoekers online' },
  page: { one: '# bezoeker op deze pagina', other: '# bezoekers op deze pagina' },
  outdated: 'laatst bekende aantal',
};
