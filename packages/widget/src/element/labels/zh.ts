import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { other: '# 位访客在线' },
  page: { other: '# 位访客正在浏览本页' },
  outdated: '上次获知的人数',
};
