import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { asDocument, readAll, sendRequest, startBackend, startFixedBackend } from '../helpers/backend.ts';

const CLIENT = /<script async src="\/__live-online\/client\.js"/;

/** The text in the tool's page, as a browser shows it. */
function shownIn(html: string): string | undefined {
  const [, text] = /<pre>\n(.*)<\/pre>/s.exec(html) ?? [];
  const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };
  return text?.replace(/&(\w+|#39);/g, (_, name: string) => entities[name]!);
}

const TRACE = '\nError: <b>"x" & \'y\'</b>\n\tat /app.js:1:2\n';

describe('an error of the backend that is not HTML', () => {
  it.each<[string, number, Record<string, string>, string | Buffer]>([
    ['text', 500, { 'Content-Type': 'text/plain; charset=utf-8' }, TRACE],
    ['JSON', 422, { 'Content-Type': 'application/json' }, '{"error":"<Ä>"}'],
    ['problem details', 404, { 'Content-Type': 'application/problem+json' }, '{"title":"Not Found"}'],
    ['XML', 403, { 'Content-Type': 'application/xml' }, '<Error><Code>AccessDenied</Code></Error>'],
    ['without a type', 500, {}, TRACE],
    ['compressed', 500, { 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' }, gzipSync(TRACE)],
    ['Latin-1', 500, { 'Content-Type': 'text/plain; charset=iso-8859-1' }, Buffer.from('Größe', 'latin1')],
  ])(
    '[R1] %s: a navigation shows it in the page of the tool, exactly as sent',
    async (_what, status, headers, body) => {
      const policy = { 'Content-Security-Policy': "default-src 'none'", 'X-Own': '1' };
      const { port } = await startBackend((_request, response) =>
        response.writeHead(status, { ...headers, ...policy }).end(body),
      );
      const response = await sendRequest(port, '/page?a=1', { headers: asDocument });
      const html = (await readAll(response)).toString();
      expect(response.statusCode).toBe(status);
      expect(response.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'x-own': '1' });
      expect(response.headers).not.toHaveProperty('content-security-policy');
      const texts = ['Latin-1', 'compressed'].includes(_what)
        ? { compressed: TRACE, 'Latin-1': 'Größe' }
        : {};
      expect(shownIn(html)).toBe((texts as Record<string, string>)[_what] ?? String(body));
      expect(html).toMatch(CLIENT);
      expect(html).toContain('/page?a=1');
    },
  );

  it.each(['text/html', 'text/plain'])('[R1] without a body (%s): the page says so', async (type) => {
    const { port } = await startBackend((_request, response) => {
      response.writeHead(500, { 'Content-Type': type });
      response.flushHeaders();
      response.end();
    });
    const response = await sendRequest(port, '/', { headers: asDocument });
    const html = (await readAll(response)).toString();
    expect(response.statusCode).toBe(500);
    expect(html).toContain('The response has no body.');
    expect(html).toMatch(CLIENT);
  });

  it.each([
    ['GET', true],
    ['POST', false],
  ])('[R1] the page for a %s requests its address again: %s', async (method, retries) => {
    const { port } = await startBackend((_request, response) => {
      response.writeHead(500, { 'Content-Type': 'text/plain' }).end('wrong');
    });
    const response = await sendRequest(port, '/', { method, headers: asDocument });
    expect((await readAll(response)).toString().includes('fetch(location.href')).toBe(retries);
  });

  it('[R1] it is streamed, also if it never ends', async () => {
    const { port } = await startBackend((_request, response) => {
      response.writeHead(500, { 'Content-Type': 'text/plain' });
      response.write('first <');
    });
    const response = await sendRequest(port, '/', { headers: asDocument });
    let text = '';
    for await (const chunk of response) {
      text += String(chunk);
      if (text.includes('first &lt;')) break;
    }
    expect(text).toMatch(CLIENT);
  });

  it('[R1] it is cut off: the page is cut off, too', async () => {
    const { port } = await startBackend((request, response) => {
      response.writeHead(500, { 'Content-Type': 'text/plain' });
      response.write('half');
      setTimeout(() => request.socket.destroy(), 30);
    });
    const response = await sendRequest(port, '/', { headers: asDocument });
    await expect(readAll(response)).rejects.toThrow(/aborted/);
  });

  it('[R1] other requests, HTML, downloads and images get what was sent', async () => {
    const { port } = await startBackend((request, response) => {
      const types: Record<string, string> = { '/html': 'text/html', '/image': 'image/png' };
      if (request.url === '/download') response.setHeader('Content-Disposition', 'attachment');
      response.writeHead(500, { 'Content-Type': types[request.url!] ?? 'text/plain' });
      response.end('<p>as sent');
    });
    const sent = async (path: string, headers: Record<string, string>): Promise<string> =>
      (await readAll(await sendRequest(port, path, { headers }))).toString();
    expect(await sent('/', { accept: '*/*', 'sec-fetch-dest': 'empty' })).toBe('<p>as sent');
    expect(await sent('/', { accept: '*/*', 'sec-fetch-dest': 'object' })).toBe('<p>as sent');
    expect(await sent('/download', asDocument)).toBe('<p>as sent');
    expect(await sent('/image', asDocument)).toBe('<p>as sent');
    expect((await sent('/html', asDocument)).replace(/<script.*<\/script>/, '')).toBe('<p>as sent');
  });
});

it('[R1] a response that is not HTTP: a navigation shows a page with the client', async () => {
  const { port } = await startFixedBackend('SSH-2.0-x\r\n');
  const response = await sendRequest(port, '/', { headers: asDocument });
  const html = (await readAll(response)).toString();
  expect(response.statusCode).toBe(502);
  expect(html).toMatch(CLIENT);
  expect(html).toContain('The response of the backend is invalid');
});
