import { X509Certificate } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { openKeyPair, type KeyPair } from '../http/certificate.ts';
import type { ResolvedReloadServerOptions } from '../options/options.ts';
import { cacheRoot } from '../project-cache.ts';
import { ok, problem, type Finding } from './finding.ts';

/**
 * The key and the certificate that a start uses. A stored certificate is copied, so that a new one is made only in `scratch`.
 *
 * @returns `undefined` without HTTPS
 */
export function openCheckedKeyPair(
  options: ResolvedReloadServerOptions,
  scratch: string,
): Promise<KeyPair | undefined> {
  const stored = join(cacheRoot(options.cacheFolder), 'https');
  try {
    if (options.https === true) cpSync(stored, join(scratch, 'https'), { recursive: true });
  } catch {
    // There is none yet.
  }
  return openKeyPair({ ...options, cacheRoot: scratch }, () => {});
}

/** Checks the time for which a certificate is valid. The tool itself makes a new one in time. */
export function checkCertificate({ cert }: Pick<KeyPair, 'cert'>, nowMs: number = Date.now()): Finding[] {
  const { validFrom, validTo, subjectAltName = 'no name' } = new X509Certificate(cert);
  if (nowMs >= Date.parse(validFrom) && nowMs < Date.parse(validTo)) {
    return [ok('https', `The certificate is valid until ${validTo}, for ${subjectAltName}.`)];
  }
  const text = `The certificate is valid from ${validFrom} until ${validTo}, and not now.`;
  return [problem('https', text, 'Check the clock of this machine, or make a new certificate.')];
}
