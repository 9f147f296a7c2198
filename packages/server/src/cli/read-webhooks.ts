import { UsageError } from '@live-online/internal/command-line/read-settings';
import type { WebhookOptions } from '../options/operations-options.ts';

/** The settings of webhooks. They are not validated. */
export interface WebhookValues {
  /** Their URLs. */
  webhooks: string[] | undefined;
  /** The secret and the threshold of all webhooks. */
  webhookSecret: string | undefined;
  webhookThreshold: number | undefined;
}

const PARTS = { url: 'webhooks', secret: 'webhookSecret', threshold: 'webhookThreshold' } as const;

/**
 * The webhooks of a command line.
 *
 * @param sources receives the flag or variable of each part, by its path in errors.
 * @throws UsageError
 */
export function readWebhooks(values: WebhookValues, sources: Map<string, string>): WebhookOptions[] {
  const { webhooks: urls = [], webhookSecret: secret, webhookThreshold: threshold } = values;
  for (const option of ['webhookSecret', 'webhookThreshold'] as const) {
    if (urls.length > 0 || values[option] === undefined) continue;
    throw new UsageError(`${sources.get(option)} requires --webhook`);
  }
  const source = sources.get('webhooks')!;
  // The first path that matches is used.
  sources.delete('webhooks');
  const webhooks = urls.map((url, index) => {
    for (const [part, option] of Object.entries(PARTS)) {
      sources.set(`webhooks[${index}].${part}`, sources.get(option) ?? source);
    }
    return { url, ...(secret !== undefined && { secret }), ...(threshold !== undefined && { threshold }) };
  });
  sources.set('webhooks', source);
  return webhooks;
}
