import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: {
    one: '# زائر متصل الآن',
    two: '# زائران متصلان الآن',
    few: '# زوار متصلون الآن',
    many: '# زائرًا متصلًا الآن',
    other: '# زائر متصل الآن',
  },
  page: {
    one: '# زائر في هذه الصفحة',
    two: '# زائران في هذه الصفحة',
    few: '# زوار في هذه الصفحة',
    many: '# زائرًا في هذه الصفحة',
    other: '# زائر في هذه الصفحة',
  },
  outdated: 'آخر عدد معروف',
  direction: 'rtl',
};
