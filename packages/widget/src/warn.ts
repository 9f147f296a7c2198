/** Reports a mistake in the page to its author. Not used for what a server or the network does. */
export function warn(mistake: string): void {
  // eslint-disable-next-line no-console -- the author of a script tag has no other place to look
  console.warn(`live-online: ${mistake}`);
}
