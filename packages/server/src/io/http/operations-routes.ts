import type { ApiRoute } from './api/api-route.ts';
import { listOf, objectOf } from './api/json-schema.ts';
import { respondCached, respondJson } from './api/respond-json.ts';
import { respondLater } from './api/respond-later.ts';

/** The content type of the text for Prometheus. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface OperationsReader {
  /** The metrics as text for Prometheus. */
  metricsText(): Promise<string>;
  /** The state of each webhook, as JSON can have it. */
  webhooks(): Promise<unknown[]>;
}

/** The routes for who operates the server: `metrics`, which is also served without `v1/`, and `webhooks`. */
export function createOperationsRoutes(operations: OperationsReader): ApiRoute[] {
  return [
    {
      method: 'GET',
      path: 'metrics',
      access: 'admin',
      handle({ request, response }) {
        response.setHeader('Cache-Control', 'no-store');
        respondLater(response, operations.metricsText(), (text) =>
          respondCached(request, response, METRICS_TYPE, text),
        );
      },
      doc: {
        summary: 'The metrics of this server, for Prometheus.',
        contentType: 'text/plain',
        schema: { type: 'string' },
      },
    },
    {
      method: 'GET',
      path: 'webhooks',
      access: 'admin',
      handle({ request, response }) {
        respondLater(response, operations.webhooks(), (webhooks) =>
          respondJson(request, response, { webhooks }),
        );
      },
      doc: {
        summary: 'The webhooks, and their last deliveries.',
        schema: objectOf({ webhooks: listOf({ type: 'object' }) }),
      },
    },
  ];
}
