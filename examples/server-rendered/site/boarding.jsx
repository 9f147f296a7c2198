import { useOnlineCount } from '@live-online/widget/react';
import { Ferry } from './ferry.jsx';

/**
 * The page. It shows the number of the server's render until the counter of the browser knows a newer one.
 *
 * @param {{ server: string, initialTotal: number }} props
 */
export function Boarding({ server, initialTotal }) {
  const { status, total = initialTotal } = useOnlineCount({ server });
  const people = total === 1 ? 'person is' : 'people are';
  return (
    <main>
      <header>
        <p className="route">Aldern – Vey Skerry</p>
        <p className="pier">
          {/* The element may write its state into data-state before React hydrates the page. */}
          <live-online-counter server="/live-online/" suppressHydrationWarning>
            {`${initialTotal} online`}
          </live-online-counter>
        </p>
      </header>
      <h1>
        <output className="total">{total}</output> {`${people} aboard the night ferry`}
      </h1>
      <Ferry lit={total} />
      <div className="notes">
        <p>
          Each lit porthole is an open tab of this page.{' '}
          <a href="/" target="_blank">
            Open it in another tab
          </a>
          , and one more light goes on in both.
        </p>
        <p className="status" data-status={status}>
          {status === 'connecting' ? 'The number in the HTML of the server' : 'Live, by one connection'}
        </p>
      </div>
    </main>
  );
}
