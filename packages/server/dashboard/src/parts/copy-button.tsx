import { useEffect, useState } from 'preact/hooks';
import { Icon } from './icons.tsx';

const SHOWN_MS = 2_000;

/** Copies a text, and says so for two seconds. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => setState('idle'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (): void => {
    copyText(text).then(
      () => setState('copied'),
      () => setState('failed'),
    );
  };
  return (
    <button type="button" class="button button-small" aria-label={`Copy ${label}`} onClick={copy}>
      <Icon name={state === 'copied' ? 'check' : 'copy'} />
      <span aria-live="polite">{LABELS[state]}</span>
    </button>
  );
}

const LABELS = { idle: 'Copy', copied: 'Copied', failed: 'Select the text to copy it' };

/** Browsers offer the clipboard only over https and on localhost. */
async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
