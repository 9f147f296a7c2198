import { renderPage } from './render-page.ts';

/** Takes the place of a page of the backend until the backend responds. */
export function renderBackendDownPage({ target, problem }: { target: string; problem: string }): string {
  return renderPage({
    label: '503 Backend down',
    heading: 'Waiting for the backend',
    subject: target,
    lines: [
      `It does not respond (${problem}).`,
      'Start it, or check its URL. This page opens by itself when the backend responds.',
    ],
    waiting: true,
  });
}
