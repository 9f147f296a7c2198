/** Tells the author of a page about a mistake in it. Never for what a server or the network does. */
export function warn(mistake: string): void {
  // eslint-disable-next-line no-console -- the one place where the author of a bare tag looks
  console.warn(`live-online: ${mistake}`);
}
