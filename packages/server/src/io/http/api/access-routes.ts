import type { Access } from '../access/access.ts';
import type { ApiRoute } from './api-route.ts';
import { flag, objectOf, siteName, text, time } from './json-schema.ts';
import { respondJson } from './respond-json.ts';

/** The routes for the admin about who may read a site, and who is not counted on it. */
export function createAccessRoutes(access: Access): ApiRoute[] {
  return [accessRoute(access), tokenRoute(access), optOutRoute(access)];
}

function accessRoute(access: Access): ApiRoute {
  return {
    method: 'GET',
    path: 'sites/{site}/access',
    access: 'admin',
    handle: ({ request, response, site }) =>
      respondJson(request, response, { site, isPublic: access.isPublic(site) }),
    doc: {
      summary: 'Whether any client may read the numbers of a site.',
      schema: objectOf({ site: siteName, isPublic: flag }),
    },
  };
}

function tokenRoute(access: Access): ApiRoute {
  return {
    method: 'GET',
    path: 'sites/{site}/token',
    access: 'admin',
    handle({ request, response, site }) {
      response.setHeader('Cache-Control', 'no-store');
      respondJson(request, response, { site, token: access.siteToken(site) });
    },
    doc: {
      summary: 'The token that may read the numbers of a site alone. It changes with the token of the admin.',
      schema: objectOf({ site: siteName, token: text }),
    },
  };
}

function optOutRoute(access: Access): ApiRoute {
  return {
    method: 'GET',
    path: 'sites/{site}/opt-out',
    access: 'admin',
    handle({ request, response, site }) {
      const { token, expiresAt } = access.createOptOut(site);
      response.setHeader('Cache-Control', 'no-store');
      respondJson(request, response, {
        site,
        fragment: `#live-online=${token}`,
        expiresAt: new Date(expiresAt).toISOString(),
      });
    },
    doc: {
      summary:
        'What follows the address of a page of a site, so that the browser which opens it is not counted there until it closes.',
      schema: objectOf({ site: siteName, fragment: text, expiresAt: time }),
    },
  };
}
