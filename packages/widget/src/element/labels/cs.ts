import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { one: '# návštěvník online', few: '# návštěvníci online', other: '# návštěvníků online' },
  page: {
    one: '# návštěvník na této stránce',
    few: '# návštěvníci na této stránce',
    other: '# návštěvníků na této stránce',
  },
  outdated: 'poslední známý počet',
};
