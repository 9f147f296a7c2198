import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { other: '# بازدیدکننده آنلاین' },
  page: { other: '# بازدیدکننده در این صفحه' },
  outdated: 'آخرین عدد شناخته‌شده',
  direction: 'rtl',
};
