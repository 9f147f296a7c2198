/**
 * Bounds for what servers send to each other. What exceeds them breaks the format, and is ignored. [S2] Every writer of the
 * Redis can send anything, so that each bound is far above what a server sends, and low enough that sums stay exact.
 */

/** Epochs are below this number, and begin at 0 again after it: a server that begins one every second needs 30,000 years. */
export const EPOCHS: number = 2 ** 40;
/** The maximum of members of one server on one site. With `MAX_SERVERS` of them a sum is 10^10, a safe integer. */
export const MAX_COUNT = 10_000_000;
/** The maximum of members that a server has ever claimed from an incarnation, and that an incarnation has acknowledged. */
export const MAX_CLAIMED: number = 2 ** 40;
/** The maximum of claims on a site that wait for an acknowledgement: no server waits for more in all. */
export const MAX_OPEN_CLAIMS = 100_000;
/** The maximum of other servers that a server remembers, those included that are gone. */
export const MAX_SERVERS = 1_000;
/** The maximum of sites, pages included, that a server may have in one bucket. */
export const MAX_SITES_IN_BUCKET = 100_000;
/** The maximum length of a message and of a value in a hash, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 16_000_000;

/**
 * Whether an epoch is newer than another one of the same server: serial number arithmetic (RFC 1982). Of two epochs one is
 * always the newer one, and a server can always begin one that is newer than any that was invented in its name.
 */
export function isNewerEpoch(epoch: number, than: number): boolean {
  const ahead = (epoch - than + EPOCHS) % EPOCHS;
  return ahead > 0 && ahead <= EPOCHS / 2;
}

export function nextEpoch(epoch: number): number {
  return (epoch + 1) % EPOCHS;
}
