/** Icons on a grid of 20, drawn with one stroke in the colour of the text. */
const PATHS = {
  sites: 'M3 5.5h14M3 10h14M3 14.5h9',
  servers: 'M3.5 4h13v5h-13zM3.5 11h13v5h-13zM6.5 6.5h.01M6.5 13.5h.01',
  rejections: 'M10 2.8l6 2.2v4.6c0 3.8-2.5 6.4-6 7.6-3.5-1.2-6-3.8-6-7.6V5zM8 8l4 4M12 8l-4 4',
  webhooks: 'M4 16V9a4 4 0 0 1 4-4h8M12.5 1.5L16 5l-3.5 3.5M9 16h7',
  search: 'M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM13 13l4 4',
  pin: 'M10 2.5l2.2 4.7 5.1.7-3.7 3.6.9 5.1L10 14.1l-4.5 2.5.9-5.1-3.7-3.6 5.1-.7z',
  back: 'M12 4l-6 6 6 6',
  copy: 'M7 7h9v9.5H7zM13 7V3.5H4V13h3',
  check: 'M4 10.5l4 4 8-9',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  reset: 'M4 10a6 6 0 1 0 2-4.5M4 3v3.5h3.5',
  sun: 'M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M15.7 4.3l-1.1 1.1M5.4 14.6l-1.1 1.1',
  moon: 'M16.5 11.5A7 7 0 0 1 8.5 3.5a7 7 0 1 0 8 8z',
  auto: 'M3 4h14v9.5H3zM7 17h6M10 13.5V17',
  signOut: 'M8 4H4v12h4M12 6l4 4-4 4M16 10H8',
  warning: 'M10 3l7.5 13.5h-15zM10 8v4M10 14.3h.01',
  offline: 'M3 3l14 14M5 9a8 8 0 0 1 3-1.7M12.5 7.4A8 8 0 0 1 15 9M7.6 12a4 4 0 0 1 2.4-.8M10 15h.01',
  lock: 'M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9',
  globe:
    'M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM3 10h14M10 3c2.2 2 3 4.5 3 7s-.8 5-3 7c-2.2-2-3-4.5-3-7s.8-5 3-7z',
  chart: 'M3 16.5h14M4 13l4-4 3 2.5 5-6',
  table: 'M3 4h14v12H3zM3 8h14M3 12h14M8.5 8v8',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} class={filled ? 'icon-filled' : undefined} />
    </svg>
  );
}
