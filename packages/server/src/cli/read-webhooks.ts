import { UsageError } from '@live-online/internal/command-line/read-settings';
import type { WebhookOptions } from '../options/operations-options.ts';

/** The settings of webhooks. They are not validated. */
export interface WebhookValues {
  webhookUrls: string[] | undefined;
  /** The secret and the threshold of all webhooks. */
  webhookSecret: string | undefined;
  webhookThreshold: number | undefined;
}

const PARTS = { url: 'webhookUrls', secret: 'webhookSecret', threshold: 'webhookThreshold' } as const;

/**
 * The webhooks of a command line.
 *
 * @param sources receives the flag or variable of each part, by its path in errors.
 * @throws UsageError
 */
export function readWebhooks(values: WebhookValues, sources: Map<string, string>): WebhookOptions[] {
  const { webhookUrls = [], webhookSecret: secret, webhookThreshold: threshold } = values;
  for (const option of ['webhookSecret', 'webhookThreshold'] as const) {
    if (webhookUrls.length > 0 || values[option] === undefined) continue;
    throw new UsageError(`${sources.get(option)} requires --webhook`);
  }
  return webhookUrls.map((url, index) => {
    for (const [part, option] of Object.entries(PARTS)) {
      sources.set(`webhooks[${index}].${part}`, sources.get(option)!);
    }
    return { url, ...(secret !== undefined && { secret }), ...(threshold !== undefined && { threshold }) };
  });
}
