import type { ServerResponse } from 'node:http';
import { respondText } from '@live-online/internal/http/respond-text';
import { respondWithPageFile } from '../io/http/pages/page-files.ts';
import type { Route, RouteGroup } from '../io/http/route.ts';
import { Login, type LoginOptions } from './login.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** What a path answers, by method. */
interface Methods {
  get?: Route;
  post?: Route;
}

/** The routes of the dashboard. It reads its figures by the HTTP API, with the session cookie. [D1] */
export function createDashboard(options: LoginOptions): RouteGroup {
  const { access } = options;
  if (!access.hasAdmin) return { exact: { dashboard: switchedOff }, prefixes: { 'dashboard/': switchedOff } };
  const login = new Login(options);
  const paths = new Map<string, Methods>([
    [
      '',
      {
        get(request, response) {
          if (!access.isAdmin(request)) return redirect(response, 'login');
          respondWithPageFile(request, response, 'dashboard/index.html', SECURITY_HEADERS);
        },
      },
    ],
    // Any client may read these files: they have no figures.
    ['app.js', { get: fileRoute('app.js') }],
    ['styles.css', { get: fileRoute('styles.css') }],
    [
      'login',
      {
        get: (request, response) => login.show(request, response),
        post: (request, response) => void login.submit(request, response).catch(() => response.destroy()),
      },
    ],
    ['logout', { post: (request, response) => login.signOut(request, response) }],
  ]);
  return {
    exact: { dashboard: (_request, response) => redirect(response, 'dashboard/') },
    prefixes: {
      'dashboard/': (request, response, rest) => {
        const methods = paths.get(rest) ?? {};
        const isGet = request.method === 'GET' || request.method === 'HEAD';
        const route = isGet ? methods.get : request.method === 'POST' ? methods.post : undefined;
        if (route) route(request, response);
        else respondUnknown(response, methods);
      },
    },
  };
}

function fileRoute(name: string): Route {
  return (request, response) => respondWithPageFile(request, response, `dashboard/${name}`, SECURITY_HEADERS);
}

function respondUnknown(response: ServerResponse, { get, post }: Methods): void {
  const allow = [get && 'GET, HEAD', post && 'POST'].filter(Boolean).join(', ');
  if (allow === '') return respondText(response, 404, 'not found', SECURITY_HEADERS);
  respondText(response, 405, `only ${allow} is answered here`, { ...SECURITY_HEADERS, Allow: allow });
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { ...SECURITY_HEADERS, Location: location, 'Cache-Control': 'no-store' });
  response.end();
}

const switchedOff: Route = (_request, response) =>
  respondText(response, 404, 'the dashboard needs an admin token: set adminToken, or --admin-token');
