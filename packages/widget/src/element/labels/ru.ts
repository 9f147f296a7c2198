import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { one: '# посетитель онлайн', few: '# посетителя онлайн', other: '# посетителей онлайн' },
  page: {
    one: '# посетитель на этой странице',
    few: '# посетителя на этой странице',
    other: '# посетителей на этой странице',
  },
  outdated: 'последнее известное число',
};
