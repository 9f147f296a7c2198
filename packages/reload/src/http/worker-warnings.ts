import { escapeControls } from '@live-online/internal/escape-controls';

/** How many workers are named, each of them once. */
const MAX_WORKERS = 100;

/** Warns once about each service worker that answers with stored copies of pages. */
export function createWorkerWarnings(onWarning: (text: string) => void): (worker: string) => void {
  const warned = new Set<string>();
  return (worker) => {
    if (warned.has(worker) || warned.size >= MAX_WORKERS) return;
    warned.add(worker);
    onWarning(
      `the service worker ${escapeControls(worker)} answers from its cache: before each update, pages delete what it has stored of them; to see every change at once, do not register it in development`,
    );
  };
}
