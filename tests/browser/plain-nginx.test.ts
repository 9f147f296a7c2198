import { connect } from 'node:http2';
import { expect, it, onTestFinished, vi } from 'vitest';
import { inChromiumFirst, takePage, wholeChromium } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { freePort } from '../helpers/free-port.ts';
import { startNginx } from '../helpers/nginx.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

/** All that many configurations have: no headers of upgrades, HTTP/1.0, buffering, and a Host of its own. */
const proxyPassAlone = 'location / { proxy_pass http://counter; }';

inChromiumFirst('behind nginx with proxy_pass alone, $name', ({ name, getContext }) => {
  it('[C10] no WebSocket gets through, which the server reports with the lines for nginx', async () => {
    const { counter, port } = await startCounter();
    const { url } = await startNginx([port], proxyPassAlone);
    const site = await startSite({ '/': '' });
    const page = await takePage(await getContext());
    await page.goto(site.at('localhost'));
    const reported: { message: string }[] = [];
    counter.on('proxy', (problem) => void reported.push(problem));
    const socket = `${url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket`;
    const open = (target: string): Promise<string> =>
      new Promise((resolve) => {
        const webSocket = new WebSocket(target);
        webSocket.onopen = () => resolve('open');
        webSocket.onclose = () => resolve('closed');
      });
    expect(await page.evaluate(open, socket)).toBe('closed');
    expect(reported.map(({ message }) => message)).toEqual([
      expect.stringMatching(/proxy_set_header Upgrade \$http_upgrade;/),
    ]);
  });

  it('[W1] the tag counts by server-sent events, which nothing buffers, and leaves with its page', async () => {
    const { counter, port } = await startCounter();
    const { url } = await startNginx([port], proxyPassAlone);
    const site = await startSite({ '/': `<script async src="${url}"></script>`, '/away': '' });
    const context = await (name === 'chromium' ? wholeChromium.getContext() : getContext());
    const stays = await visit(context, site.at('localhost'));
    await stays.sees(1);
    await vi.waitFor(() => expect(counter.total('localhost')).toBe(1));
    const leaves = await visit(context, site.at('localhost'));
    await Promise.all([stays.sees(2), leaves.sees(2)]);
    expect(counter.total('localhost')).toBe(2);
    // Chromium keeps the page in its back/forward cache, and would keep its stream.
    await leaves.page.goto(site.at('localhost', '/away'));
    await stays.sees(1);
    await vi.waitFor(() => expect(counter.stats().connections).toBe(1));
  });
});

it('[P17] over HTTP/2 a stream and the answers to its pings share one connection', async () => {
  const { counter, port } = await startCounter();
  const http2Port = await freePort();
  await startNginx([port], `listen 127.0.0.1:${http2Port} http2; ${proxyPassAlone}`);
  const session = connect(`http://127.0.0.1:${http2Port}`);
  onTestFinished(() => session.destroy());
  const open = (path: string, method: string) => {
    const stream = session.request({ ':path': path, ':method': method, origin: 'https://a.example' });
    let received = '';
    stream.on('data', (chunk) => (received += String(chunk)));
    return { stream, received: () => received };
  };
  const streams = [open('/events?join=1', 'GET'), open('/events?join=1', 'GET')];
  await vi.waitFor(() => {
    for (const { received } of streams) expect(received()).toMatch(/data: 0\{[^]*data: 42\["total",2\]\n\n$/);
  });
  const [, sid] = /"sid":"([^"]+)"/.exec(streams[0]!.received())!;
  const answer = open(`/events?sid=${sid}`, 'POST');
  const status = new Promise((resolve) =>
    answer.stream.on('response', (headers) => resolve(headers[':status'])),
  );
  answer.stream.end();
  expect(await status).toBe(204);
  // A page that leaves closes its stream, but not the connection of the browser to the proxy.
  streams[1]!.stream.close();
  await vi.waitFor(() => expect(counter.total('a.example')).toBe(1));
});
