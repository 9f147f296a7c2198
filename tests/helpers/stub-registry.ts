import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** The smallest registry that npm can read from and publish to. */
export interface StubRegistry {
  /** The options with which npm uses it. */
  options: string[];
  /** What was published, as `name@version`, in this order. */
  published: string[];
  /** Adds a version that another run has published. */
  add(name: string, version: string, integrity: string): void;
}

interface Packument {
  name: string;
  'dist-tags': Record<string, string>;
  versions: Record<string, { name: string; version: string; dist: { integrity: string; tarball: string } }>;
}

/**
 * Starts a registry in this process, until the test ends.
 *
 * @param rejected the package that it does not accept
 */
export async function startStubRegistry(rejected?: string): Promise<StubRegistry> {
  const packuments = new Map<string, Packument>();
  const published: string[] = [];
  const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url!.slice(1));
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.method !== 'PUT') {
      const packument = packuments.get(name);
      answer(packument ? 200 : 404, packument ?? { error: 'not found' });
      return;
    }
    void readBody(request).then((body) => {
      if (name === rejected) return answer(403, { error: 'not allowed' });
      const packument = JSON.parse(body) as Packument;
      packuments.set(name, packument);
      published.push(...Object.keys(packument.versions).map((version) => `${name}@${version}`));
      return answer(201, { ok: true });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    options: [`--registry=http://${host}/`, `--//${host}/:_authToken=test`],
    published,
    add(name, version, integrity) {
      const dist = { integrity, tarball: `http://${host}/${name}.tgz` };
      const versions = { [version]: { name, version, dist } };
      packuments.set(name, { name, 'dist-tags': { latest: version }, versions });
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
