import { createServer } from 'node:http';
import { listenOn } from '@live-online/internal/http/listen-on';
import { SCRIPT_URL } from '../http/client-routes.ts';
import { portsOfBackends } from '../options/backend-ports.ts';
import type { ResolvedReloadServerOptions } from '../options/options.ts';
import { note, ok, problem, type Finding } from './finding.ts';
import { readUrl } from './read-url.ts';

/** Checks that the tool can listen on its port, and what does if it cannot. */
export async function checkPort(
  options: Pick<ResolvedReloadServerOptions, 'host' | 'port' | 'strictPort' | 'https' | 'source' | 'routes'>,
): Promise<Finding[]> {
  const { host, port, strictPort, https } = options;
  if (port === 0) return [ok('port', 'Any free port is used (--port 0).')];
  const url = `${https === false ? 'http' : 'https'}://localhost:${port}/`;
  const takesNext = `The tool takes the next free port: open the URL that it prints, and not ${url}.`;
  const backend = portsOfBackends(options).get(port);
  if (backend !== undefined) {
    const text = `Port ${port} is the port of the backend ${backend}.`;
    return [
      strictPort ? problem('port', text, 'Choose another port with --port.') : note('port', text, takesNext),
    ];
  }
  const server = createServer();
  try {
    await listenOn(server, { host: host === 'localhost' ? '127.0.0.1' : host, port });
    server.close();
    return [ok('port', `Port ${port} is free.`)];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') {
      return [
        problem(
          'port',
          `The tool cannot listen on ${host}, port ${port} (${code}).`,
          'Choose others with --host and --port.',
        ),
      ];
    }
  }
  const answer = await readUrl(new URL(SCRIPT_URL, url)).catch(() => undefined);
  const user = answer?.body.includes('"token":') ? 'a running live-online-reload' : 'another program';
  const text = `Port ${port} is used by ${user}.`;
  if (strictPort) return [problem('port', text, `End it, or choose another port with --port.`)];
  return [note('port', text, takesNext)];
}
