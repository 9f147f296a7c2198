import { LiveOnlineCounter } from './live-online-counter.ts';

/** The entry that defines `<live-online-counter>`. In a server render, and in a page that has it already, it does nothing. */
const NAME = 'live-online-counter';
const { customElements } = globalThis as { customElements?: CustomElementRegistry };
if (customElements && !customElements.get(NAME)) customElements.define(NAME, LiveOnlineCounter);

declare global {
  interface HTMLElementTagNameMap {
    'live-online-counter': LiveOnlineCounter;
  }
}
