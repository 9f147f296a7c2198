import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisTls } from '../store/redis/target.ts';

/** Files for TLS connections to Redis, in PEM. */
export interface RedisTlsFiles {
  /**
   * The certificate of the authority that has signed the certificate of Redis, or several of them. Only these are trusted.
   *
   * @default the authorities that Node.js trusts, and those in `NODE_EXTRA_CA_CERTS`
   */
  caFile?: string;
  /**
   * A client certificate, with those of its intermediate authorities. It requires `keyFile`.
   *
   * @default none: Redis must not require one
   */
  certFile?: string;
  /** The private key of `certFile`, without a passphrase. @default none */
  keyFile?: string;
}

/**
 * Reads and checks the files.
 *
 * @param target the URL of Redis, or a client, which has such options of its own.
 * @param report is called with the option and the text of every mistake. The text never has what stands in a file.
 * @returns `undefined` for no files, or after a mistake.
 */
export function readRedisTls(
  target: unknown,
  { caFile, certFile, keyFile }: Partial<Record<keyof RedisTlsFiles, string | undefined>>,
  report: (path: keyof RedisTlsFiles, problem: string) => void,
): RedisTls | undefined {
  const files = Object.entries({ caFile, certFile, keyFile }).filter(([, file]) => file !== undefined);
  if (files.length === 0) return undefined;
  if (typeof target !== 'string' || !/^rediss:/i.test(target)) {
    const remedy =
      typeof target === 'string' ? 'begin the URL with rediss://' : 'give the client socket.ca, cert and key';
    for (const [option] of files) report(option as keyof RedisTlsFiles, `requires a URL with TLS: ${remedy}`);
    return undefined;
  }
  if (certFile !== undefined && keyFile === undefined) {
    report('certFile', 'requires its private key: set keyFile (--redis-key), too');
  }
  if (keyFile !== undefined && certFile === undefined) {
    report('keyFile', 'requires its certificate: set certFile (--redis-cert), too');
  }
  const read = <Part>(
    option: keyof RedisTlsFiles,
    file: string | undefined,
    parse: (pem: Buffer) => Part,
    what: string,
  ) => readPem(file, parse, what, (problem) => report(option, problem));
  const ca = read('caFile', caFile, parseCertificate, 'certificate (-----BEGIN CERTIFICATE-----)');
  const cert = read('certFile', certFile, parseCertificate, 'certificate (-----BEGIN CERTIFICATE-----)');
  const key = read('keyFile', keyFile, createPrivateKey, 'private key (-----BEGIN PRIVATE KEY-----)');
  if (cert && key && !cert.parsed.checkPrivateKey(key.parsed)) {
    report('keyFile', `"${keyFile}" is not the private key of the certificate in "${certFile}"`);
  }
  return {
    ...(ca && { ca: ca.pem }),
    ...(cert && { cert: cert.pem }),
    ...(key && { key: key.pem }),
  };
}

function parseCertificate(pem: Buffer): X509Certificate {
  // X509Certificate reads DER as well, which a TLS context does not.
  if (!pem.includes('-----BEGIN ')) throw new Error('no PEM');
  return new X509Certificate(pem);
}

function readPem<Part>(
  file: string | undefined,
  parse: (pem: Buffer) => Part,
  what: string,
  report: (problem: string) => void,
): { pem: Buffer; parsed: Part } | undefined {
  if (file === undefined) return undefined;
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    report(`"${file}" cannot be read (${code}): check the path and its permissions`);
    return undefined;
  }
  try {
    return { pem, parsed: parse(pem) };
  } catch {
    report(
      // RFC 7468 §11; RFC 1421 §4.6.1.1 in older files.
      pem.includes('ENCRYPTED')
        ? `"${file}" has a passphrase: name a file of the key without one, such as from openssl pkey -in "${file}"`
        : `"${file}" has no ${what} in PEM: name the file that has one`,
    );
    return undefined;
  }
}
