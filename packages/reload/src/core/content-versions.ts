import type { ContentVersion } from '@live-online/protocol';

/** Which version of the content is current. [R6] */
export interface ContentVersions {
  current(): ContentVersion;
  /** Begins the next version: files changed, or pages have to be loaded again. */
  advance(): ContentVersion;
  /** Sets the digest of all watched files; `undefined` while some of them have not been read. */
  setDigest(digest: string | undefined): void;
}

/** @param epoch distinguishes the versions of this start from those of every other one. */
export function createContentVersions(epoch: string): ContentVersions {
  let sequence = 0;
  let digested: Pick<ContentVersion, 'digest'> = {};
  const current = (): ContentVersion => ({ id: `${epoch}.${sequence}`, ...digested });
  return {
    current,
    advance() {
      sequence++;
      return current();
    },
    setDigest: (digest) => void (digested = digest === undefined ? {} : { digest }),
  };
}
