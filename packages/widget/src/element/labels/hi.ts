import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { other: '# आगंतुक ऑनलाइन' },
  page: { other: 'इस पेज पर # आगंतुक' },
  outdated: 'अंतिम ज्ञात संख्या',
};
