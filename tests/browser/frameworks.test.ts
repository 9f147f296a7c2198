import { describe, expect, it, vi } from 'vitest';
import { chromiumBrowser } from '../helpers/browsers.ts';
import { freePort } from '../helpers/free-port.ts';
import {
  loopbackOrigins,
  readSnippets,
  runProgram,
  snippetUnder,
  withTwoLocalhosts,
  type ProgramOptions,
} from '../helpers/readme.ts';
import { visit } from '../helpers/visitor.ts';

const snippets = readSnippets('packages/server/README.md');

const html = '<script async src="/live-online/"></script>Hello';

/** The rest of a NestJS app: modules are decorated by calls, because Node runs no decorators. */
const appModule = `
  import { Controller, Get, Header, Module } from '@nestjs/common';
  class Home { home() { return ${JSON.stringify(html)}; } }
  for (const decorate of [Get(), Header('Content-Type', 'text/html')]) {
    decorate(Home.prototype, 'home', Object.getOwnPropertyDescriptor(Home.prototype, 'home'));
  }
  Controller()(Home);
  export class AppModule {}
  Module({ controllers: [Home] })(AppModule);
`;

describe('the server’s README', () => {
  it.each<[heading: string, options?: ProgramOptions]>([
    ['Beside your HTTP server'],
    ['Fastify', { nodeArgs: withTwoLocalhosts }],
    ['Koa'],
    ['Hono'],
    ['NestJS', { modules: { './app.module.js': appModule } }],
    ['As a middleware'],
  ])('[C10] its code under “%s” counts over WebSocket on both addresses', async (heading, options) => {
    const port = await freePort();
    const code = snippetUnder(snippets, heading, 'js').replace('3000', String(port));
    const { output } = await runProgram(code, options);
    for (const base of loopbackOrigins(port)) {
      await vi.waitFor(async () => expect((await fetch(`${base}/`)).status).toBe(200));
      expect(await (await fetch(`${base}/live-online/`)).text()).toContain('locWidget');
      expect((await fetch(`${base}/other`)).status).toBe(heading === 'Koa' ? 200 : 404);
      const tab = await visit(await chromiumBrowser.getContext(), `${base}/`);
      await tab.sees(1);
      expect(await tab.page.textContent('body')).toContain('Hello');
      // The first number may come with the script's own response, before the socket.
      const socketUrl = `${base.slice(7)}/live-online/socket.io/`;
      await vi.waitFor(() => expect([...tab.sockets]).toEqual([expect.stringContaining(socketUrl)]));
    }
    expect(output()).not.toContain('Warning');
  });

  it('[C10] Fastify without the hook is one warning that names it', async () => {
    const port = await freePort();
    const code = snippetUnder(snippets, 'Fastify', 'js').replace('3000', String(port));
    const withoutHook = code.replace(/^(const middleware|app\.addHook\('onRequest').*\n/gm, '');
    const { output } = await runProgram(withoutHook, { nodeArgs: withTwoLocalhosts });
    const [first, second] = loopbackOrigins(port) as [string, string];
    await vi.waitFor(async () => expect((await fetch(`${second}/`)).status).toBe(200));
    expect((await fetch(`${second}/live-online/`)).status).toBe(404);
    for (let request = 0; request < 2; request++) {
      expect((await fetch(`${first}/live-online/`)).status).toBe(200);
    }
    await vi.waitFor(() => expect(output()).toContain('pass its requests to counter.middleware()'));
    expect(output().match(/Warning/g)).toHaveLength(1);
  });
});
