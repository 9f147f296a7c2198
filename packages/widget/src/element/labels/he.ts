import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { one: '# מבקר מחובר', other: '# מבקרים מחוברים' },
  page: { one: '# מבקר בדף הזה', other: '# מבקרים בדף הזה' },
  outdated: 'המספר הידוע האחרון',
  direction: 'rtl',
};
