import { useEffect, useRef } from 'preact/hooks';
import type { ServerState } from '../data/shapes.ts';
import { formatCount } from '../format.ts';

/** Asks before a server is drained. Escape and the click beside it cancel. */
export function DrainDialog(props: {
  server: ServerState;
  isLast: boolean;
  onCancel: () => void;
  onDrain: () => void;
}) {
  const { server, isLast, onCancel, onDrain } = props;
  const dialogRef = useRef<HTMLDialogElement>(null);
  useEffect(() => dialogRef.current?.showModal(), []);
  return (
    <dialog
      ref={dialogRef}
      class="dialog"
      aria-labelledby="drain-title"
      onClose={onCancel}
      onClick={(event) => event.target === dialogRef.current && onCancel()}
    >
      <div class="dialog-body">
        <h2 id="drain-title">Drain {server.name}?</h2>
        <p>
          It takes no new connections, and closes its {formatCount(server.connections)} open ones within a few
          seconds. {isLast ? LAST : OTHERS}
        </p>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onCancel} autofocus>
            Cancel
          </button>
          <button type="button" class="button button-danger" onClick={onDrain}>
            Drain server
          </button>
        </div>
      </div>
    </dialog>
  );
}

const LAST =
  'No other server is known: counting and this dashboard end until a server is started again on its machine.';
const OTHERS =
  'Visitors move to the other servers, and each of them counts once meanwhile. The process then ends.';
