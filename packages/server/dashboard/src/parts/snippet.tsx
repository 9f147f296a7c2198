import { CopyButton } from './copy-button.tsx';

/** A text to copy. */
export function Snippet({ text, label }: { text: string; label: string }) {
  return (
    <div class="snippet">
      <code tabIndex={0}>{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
