import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { readJson } from '../data/api.ts';

/** What is read only when it is asked for, and can be hidden again. */
export function OnRequest<Answer>(props: {
  path: string;
  /** The text of the button. */
  action: string;
  children: (answer: Answer) => ComponentChildren;
}) {
  const { path, action, children } = props;
  const [answer, setAnswer] = useState<Answer>();
  const [hasFailed, setFailed] = useState(false);
  const show = (): void => {
    readJson<Answer>(path).then(
      (answer) => {
        setFailed(false);
        setAnswer(answer);
      },
      () => setFailed(true),
    );
  };
  return (
    <>
      {answer !== undefined && children(answer)}
      {hasFailed && <p role="alert">The server cannot be asked at the moment.</p>}
      <button
        type="button"
        class="button button-small on-request"
        aria-expanded={answer !== undefined}
        onClick={answer === undefined ? show : () => setAnswer(undefined)}
      >
        {answer === undefined ? action : 'Hide'}
      </button>
    </>
  );
}
