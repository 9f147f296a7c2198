import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { other: '#人がオンライン' },
  page: { other: 'このページに#人' },
  outdated: '最後に確認された人数',
};
