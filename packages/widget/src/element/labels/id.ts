import type { LabelTexts } from '../label-texts.ts';

export const texts: LabelTexts = {
  site: { other: '# pengunjung daring' },
  page: { other: '# pengunjung di halaman ini' },
  outdated: 'jumlah terakhir yang diketahui',
};
