/** Shows what the server does: it requests the status once a second while the page is visible. */
import { render, renderAway, type Status } from './render.ts';

const INTERVAL_MS = 1_000;

async function refresh(): Promise<void> {
  if (!document.hidden) {
    try {
      const response = await fetch('status.json', { cache: 'no-store' });
      if (!response.ok) throw new Error(String(response.status));
      render((await response.json()) as Status);
    } catch {
      renderAway();
    }
  }
  setTimeout(() => void refresh(), INTERVAL_MS);
}

void refresh();
