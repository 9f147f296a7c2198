import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { other: '# ziyaretçi çevrimiçi' },
  page: { other: 'Bu sayfada # ziyaretçi' },
  outdated: 'bilinen son sayı',
};
