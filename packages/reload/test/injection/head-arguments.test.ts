import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createOwnHeaders } from '../../src/http/own-headers.ts';
import { messageOf, setGivenHeaders, type HeadArguments } from '../../src/injection/head-arguments.ts';

/** Sends a head, and returns its reason phrase and its headers as the client receives them. */
async function sendHead(writeHead: (response: ServerResponse) => void): Promise<string[]> {
  const server = createServer((_request, response) => {
    response.sendDate = false;
    response.setHeader('X-A', 'old');
    writeHead(response);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, host: '127.0.0.1', agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  const { rawHeaders } = response;
  const lines = rawHeaders
    .map((name, index) => `${name}: ${rawHeaders[index + 1]}`)
    .filter((line, index) => index % 2 === 0 && /^(x-|set-cookie)/i.test(line));
  return [response.statusMessage!, ...lines];
}

const COOKIES = ['Set-Cookie: a=1', 'Set-Cookie: b=2'];
const CASES: [name: string, rest: HeadArguments, head: string[]][] = [
  ['nothing', [], ['Created', 'X-A: old']],
  ['a reason phrase', ['Fine'], ['Fine', 'X-A: old']],
  ['an object', [{ 'X-A': 'new', 'X-N': 1, 'X-U': undefined }], ['Created', 'X-A: new', 'X-N: 1']],
  ['an object after a reason phrase', ['Fine', { 'x-a': 'new' }], ['Fine', 'x-a: new']],
  ['an object after undefined', [undefined, { 'x-a': 'new' }], ['Created', 'x-a: new']],
  ['lists of values', [{ 'Set-Cookie': ['a=1', 'b=2'] }], ['Created', 'X-A: old', ...COOKIES]],
  ['a list', [['X-A', 'new', 'Set-Cookie', 'a=1', 'set-cookie', 'b=2']], ['Created', 'X-A: new', ...COOKIES]],
  ['a list with lists', [['X-A', 'new', 'Set-Cookie', ['a=1', 'b=2']]], ['Created', 'X-A: new', ...COOKIES]],
  [
    'pairs',
    [
      'Fine',
      [
        ['X-A', 'new'],
        ['Set-Cookie', ['a=1', 'b=2']],
      ],
    ],
    ['Fine', 'X-A: new', ...COOKIES],
  ],
];

describe('the arguments of writeHead()', () => {
  it.each(CASES)('[R7] %s: headers replace those that are set', async (_name, rest, head) => {
    const parsed = await sendHead((response) => {
      setGivenHeaders(response, rest);
      response.writeHead(201, messageOf(rest));
    });
    expect(parsed).toEqual(head);
    const hooked = await sendHead((response) => {
      createOwnHeaders({ 'X-Own': '1' }).hook(response);
      response.writeHead(201, ...(rest as []));
    });
    expect(hooked).toEqual([...head, 'X-Own: 1']);
  });
});
