import { counterUrl } from '../data/api.ts';
import { Snippet } from '../parts/snippet.tsx';
import { Mark } from '../parts/shell.tsx';

/** What is shown as long as no site has been counted. */
export function FirstSite() {
  const tag = `<script async src="${counterUrl.href}"></script>`;
  return (
    <div class="message message-first">
      <span class="message-mark">
        <Mark />
      </span>
      <h2 class="message-title">Waiting for the first visitor</h2>
      <div class="message-text">
        <p>
          Add this line to your pages, before the end of the body. A site appears here with its first visitor.
        </p>
        <Snippet text={tag} label="script tag" />
        <p class="faint">
          <span class="live-dot" aria-hidden="true" /> This page looks for new sites every two seconds.
        </p>
      </div>
    </div>
  );
}
