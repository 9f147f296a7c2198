import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { other: '#명 접속 중' },
  page: { other: '이 페이지에 #명' },
  outdated: '마지막으로 확인된 수',
};
