import { createHash, createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { addressesOfMachine } from './allowed-hosts.ts';

/** The key and the certificate of a server, as PEM. */
export interface KeyPair {
  key: string;
  cert: string;
  /** The file with a certificate that the tool has made and stored, to be trusted by the user. */
  file?: string;
}

export interface KeyPairOptions {
  https: boolean | KeyPair;
  host: string;
  allowedHosts: readonly string[];
  /** The user's folder, in which certificates are stored. */
  cacheRoot: string;
}

const DAY_MS = 86_400_000;
/** Browsers reject certificates that are valid for more than 398 days. */
const VALID_DAYS = 397;

/**
 * The user's key and certificate, or those for the names of this server: stored ones, or new ones. A certificate of the tool is
 * no authority: its key can only stand for these names.
 *
 * @returns `undefined` without HTTPS
 */
export async function openKeyPair(
  options: KeyPairOptions,
  onWarning: (text: string) => void,
): Promise<KeyPair | undefined> {
  if (options.https === false) return undefined;
  if (options.https !== true) return options.https;
  const names = namesOf(options);
  const folder = join(options.cacheRoot, 'https');
  const path = join(folder, createHash('sha256').update(names.join()).digest('hex').slice(0, 12));
  const file = `${path}.crt`;
  const stored = readStored(`${path}.pem`);
  if (stored) return { ...stored, file };
  const made = await makeCertificate(names);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // One file with both, so that two servers that start together never mix them.
    writeWhole(`${path}.pem`, made.key + made.cert);
    writeWhole(file, made.cert);
    return { ...made, file };
  } catch (error) {
    const { message } = error as Error;
    onWarning(`the certificate cannot be stored in ${folder} (${message}): the next start makes another one`);
    return made;
  }
}

/** The names and addresses at which browsers open the server. */
function namesOf({ host, allowedHosts }: KeyPairOptions): string[] {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const machine = isEverywhere ? [hostname(), `${hostname()}.local`, ...addressesOfMachine()] : [host];
  const all = ['localhost', '127.0.0.1', '::1', ...machine, ...allowedHosts];
  return [...new Set(all.map((name) => name.replace(/^\[|\]$/g, '').toLowerCase()))].sort();
}

function readStored(file: string): KeyPair | undefined {
  try {
    const text = readFileSync(file, 'latin1');
    const at = text.indexOf('-----BEGIN CERTIFICATE');
    const [key, cert] = [text.slice(0, at), text.slice(at)];
    const parsed = new X509Certificate(cert);
    const isValid =
      Date.parse(parsed.validTo) > Date.now() + DAY_MS && parsed.checkPrivateKey(createPrivateKey(key));
    return isValid ? { key, cert } : undefined;
  } catch {
    return undefined;
  }
}

async function makeCertificate(names: readonly string[]): Promise<KeyPair> {
  // Loaded only where a certificate is made.
  const { generate } = await import('selfsigned');
  const now = Date.now();
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'live-online-reload' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    // The clock of a phone may be somewhat late.
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + (VALID_DAYS - 1) * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  return { key: `${key.trim()}\n`, cert: `${cert.trim()}\n` };
}

/** Writes a file so that others see all of it or nothing. */
function writeWhole(file: string, text: string): void {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, file);
}
