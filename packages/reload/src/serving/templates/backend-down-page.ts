import { renderPage } from './render-page.ts';

/** Stands where a page of the backend would, until it answers. */
export function renderBackendDownPage({ target, problem }: { target: string; problem: string }): string {
  return renderPage({
    title: 'Waiting for the backend',
    heading: `Waiting for ${target}`,
    lines: [
      `It does not answer at the moment (${problem}).`,
      'This page opens by itself as soon as it does.',
    ],
    waiting: true,
  });
}
