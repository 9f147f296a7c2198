/** Versions below these have known security holes. */
export const floors: Readonly<Record<string, string>> = {
  'socket.io-parser': '4.2.7',
  ws: '8.21.1',
  'engine.io': '6.6.9',
};

export function isAtLeast(version: string, floor: string): boolean {
  return version.localeCompare(floor, 'en', { numeric: true }) >= 0;
}
