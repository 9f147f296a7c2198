import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { one: '# відвідувач онлайн', few: '# відвідувачі онлайн', other: '# відвідувачів онлайн' },
  page: {
    one: '# відвідувач на цій сторінці',
    few: '# відвідувачі на цій сторінці',
    other: '# відвідувачів на цій сторінці',
  },
  outdated: 'останнє відоме число',
};
