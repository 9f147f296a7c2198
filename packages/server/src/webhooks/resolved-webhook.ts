/** A receiver, from the options. */
export interface ResolvedWebhook {
  readonly url: string;
  readonly secret: string | undefined;
  readonly threshold: number | undefined;
}
