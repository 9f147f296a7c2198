/** The numbers of a site, as the API gives them. */
export interface SiteNumbers {
  people: number;
  tabs: number;
  stale: boolean;
}

/** After a rejected stream: how long the page waits, at least, until it asks again, in ms. */
const RETRY_MS = 30_000;

/**
 * Follows the numbers of a site by server-sent events. If the server opens no stream, because it has too many or restarts,
 * the page asks for the numbers, and again after 30 to 60 s.
 *
 * @param address `v1/sites/SITE`
 * @param onNumbers is called with each change.
 * @param onLost is called when the connection is lost.
 */
export function followSite(
  address: string,
  onNumbers: (numbers: SiteNumbers) => void,
  onLost: () => void,
): void {
  const events = new EventSource(`${address}/events`);
  events.addEventListener('total', ({ data }: MessageEvent<string>) =>
    onNumbers(JSON.parse(data) as SiteNumbers),
  );
  events.addEventListener('error', () => {
    onLost();
    // Otherwise an EventSource connects again by itself.
    if (events.readyState !== EventSource.CLOSED) return;
    ask(address).then(onNumbers, () => {});
    setTimeout(() => followSite(address, onNumbers, onLost), RETRY_MS * (1 + Math.random()));
  });
}

async function ask(address: string): Promise<SiteNumbers> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(response.statusText);
  return (await response.json()) as SiteNumbers;
}
