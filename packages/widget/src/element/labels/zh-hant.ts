import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { other: '# 位訪客在線上' },
  page: { other: '# 位訪客正在瀏覽本頁' },
  outdated: '上次得知的人數',
};
