import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { addressOf } from '../serving/proxy/backend-address.ts';
import { note, ok, problem, type Finding } from './finding.ts';
import { AS_DOCUMENT, readUrl, type Answer } from './read-url.ts';

const CONNECT_TIMEOUT_MS = 3_000;

/** Checks that the backend accepts connections, on which addresses, and that its first page is HTML. */
export async function checkBackend(target: URL): Promise<{ findings: Finding[]; page: Answer | undefined }> {
  const { host, port } = addressOf(target);
  const addresses = await findAddresses(host);
  const open = await Promise.all(addresses.map((address) => acceptsConnections(address, port)));
  const answering = addresses.filter((_, index) => open[index]);
  if (answering.length === 0) {
    const where = addresses.length > 0 ? addresses.map((one) => `${one}, port ${port}`).join(' or ') : host;
    const text = addresses.length > 0 ? `Nothing listens on ${where}.` : `The name ${host} is unknown.`;
    const advice =
      'Start the backend, and compare the address that it prints with --proxy. In a container it must listen on 0.0.0.0.';
    return { findings: [problem('backend', text, advice)], page: undefined };
  }
  const findings = [
    ok('backend', `The backend accepts connections on ${answering.join(' and ')}, port ${port}.`),
  ];
  try {
    const page = await readUrl(target, AS_DOCUMENT);
    return { findings: [...findings, ...describePage(page, target)], page };
  } catch (error) {
    const text = `The backend accepts connections, but does not respond: ${(error as Error).message}.`;
    const advice = `Open ${target.href} in a browser: the same must work there. An https backend needs https:// in --proxy.`;
    return { findings: [...findings, problem('backend', text, advice)], page: undefined };
  }
}

function describePage({ status, headers, url }: Answer, target: URL): Finding[] {
  const type = headers['content-type'] ?? 'no content type';
  const name = url.pathname;
  if (status >= 300 && status < 400) {
    const text = `The backend redirects ${name} to ${headers.location}, another origin: a browser leaves the tool there.`;
    return [
      note(
        'backend',
        text,
        `Configure the backend to answer at ${target.origin}, or open a page that does not redirect.`,
      ),
    ];
  }
  if (status >= 400) {
    return [
      note(
        'backend',
        `The backend answers ${name} with ${status}.`,
        'Only pages are updated: open one that exists.',
      ),
    ];
  }
  if (!/^(text\/html|application\/xhtml)/.test(type)) {
    const text = `The backend answers ${name} with ${type}, which is no HTML.`;
    return [
      note('backend', text, 'Only HTML pages get the client: open one, or send Content-Type: text/html.'),
    ];
  }
  return [ok('backend', `The backend answers ${name} with ${status} and HTML.`)];
}

async function findAddresses(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  const addresses = found.map(({ address }) => address);
  // The tool tries both, whichever the system knows.
  return [...new Set(host === 'localhost' ? [...addresses, '127.0.0.1', '::1'] : addresses)];
}

function acceptsConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const end = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
