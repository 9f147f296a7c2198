import type { Connect } from './client/connection.ts';
import type { CounterOptions } from './options.ts';

/**
 * The way to connect: `plain`, or that of the second file, which is loaded then: if the options need it, and if an opt-out
 * link has opened the page.
 */
export function chooseConnect({ count, scope }: CounterOptions, plain: Connect): Connect {
  if (count !== 'people' && scope !== 'page' && !/#live-online/.test(globalThis.location?.hash)) return plain;
  return (target, handshake, onTotal, onEnd) => {
    /** `undefined` after the end. */
    let close: (() => void) | undefined = () => {};
    import('@live-online/widget/live-online.more.js').then(
      (more) => {
        close &&= more.connect({ count, scope }, target, handshake, onTotal, onEnd);
      },
      () => close && onEnd(),
    );
    return () => {
      close = close?.() as undefined;
    };
  };
}
