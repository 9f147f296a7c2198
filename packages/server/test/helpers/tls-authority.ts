import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

/** A private certificate authority. Its files are deleted with the test. */
export interface Authority {
  /** Its own certificate, as PEM. */
  readonly ca: string;
  /** The file of `ca`. */
  readonly caFile: string;
  /** Issues a certificate, for 127.0.0.1 unless it names another address. */
  issue(name: string, address?: string): Promise<Certificate>;
  /** Encrypts the key of a certificate with a passphrase, and returns the file. */
  encrypt(certificate: Certificate): Promise<string>;
}

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes an authority that no system trusts. */
export async function createAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'live-online-ca-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));

  async function make(name: string, ...more: string[]): Promise<Certificate> {
    const [keyFile, certFile] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '2', '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', certFile, ...more],
    ]);
    const [key, cert] = await Promise.all([readFile(keyFile, 'utf8'), readFile(certFile, 'utf8')]);
    return { cert, key, certFile, keyFile };
  }

  const own = await make('authority');
  return {
    ca: own.cert,
    caFile: own.certFile,
    issue: (name, address = '127.0.0.1') =>
      make(
        name,
        ...['-CA', own.certFile, '-CAkey', own.keyFile],
        ...['-addext', `subjectAltName=IP:${address}`],
      ),
    async encrypt({ keyFile }) {
      const file = `${keyFile}.encrypted`;
      const passphrase = ['-aes256', '-passout', 'pass:passphrase'];
      await promisify(execFile)('openssl', ['pkey', '-in', keyFile, '-out', file, ...passphrase]);
      return file;
    },
  };
}
