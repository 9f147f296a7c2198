import type { ComponentChildren } from 'preact';
import type { Resource } from '../data/use-resource.ts';
import { formatExactClock } from '../format.ts';
import { Icon, type IconName } from './icons.tsx';

/** What a page shows instead of data: nothing is there yet, or an error. */
export function Message(props: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
  isAlert?: boolean;
}) {
  return (
    <div class="message" role={props.isAlert ? 'alert' : undefined}>
      <span class="message-icon">
        <Icon name={props.icon} />
      </span>
      <h2 class="message-title">{props.title}</h2>
      <div class="message-text">{props.children}</div>
    </div>
  );
}

/** A line above data that is old, or about what was done: then its icon is `check`. */
export function Notice({ icon, children }: { icon: IconName; children: ComponentChildren }) {
  return (
    <div class={icon === 'check' ? 'notice notice-good' : 'notice'} role="status">
      <Icon name={icon} />
      <div>{children}</div>
    </div>
  );
}

/** Says that the newest request has failed, and that the data below is that of an earlier one. */
export function FailureNotice({ resource }: { resource: Resource<unknown> }) {
  const { failure, data, at, retry } = resource;
  if (!failure || data === undefined) return null;
  return (
    <Notice icon={failure.isOffline ? 'offline' : 'warning'}>
      <strong>{failure.isOffline ? 'Offline.' : failure.message}</strong> These figures are from{' '}
      {formatExactClock(at)}. The dashboard tries again by itself.{' '}
      <button type="button" class="link-button" onClick={retry}>
        Try now
      </button>
    </Notice>
  );
}

/** The data of a resource, or what is shown instead: a skeleton while loading, a message after a failure. */
export function Loaded<Answer>(props: {
  resource: Resource<Answer>;
  skeleton: ComponentChildren;
  children: (answer: Answer) => ComponentChildren;
}) {
  const { resource, skeleton, children } = props;
  const { data, failure, retry } = resource;
  if (data !== undefined) return <>{children(data)}</>;
  if (!failure) {
    return (
      <div aria-busy="true">
        <span class="visually-hidden" role="status">
          Loading
        </span>
        {skeleton}
      </div>
    );
  }
  return (
    <Message
      icon={failure.isOffline ? 'offline' : 'warning'}
      title={failure.isOffline ? 'The server cannot be reached' : 'The server has answered with an error'}
      isAlert
    >
      <p>
        {failure.isOffline
          ? 'Check that the counter is running, and that this device is online. The dashboard tries again by itself.'
          : failure.message}
      </p>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </Message>
  );
}

/** Grey boxes where cards will be, beside each other if there is room. */
export function SkeletonCards({ count }: { count: number }) {
  return (
    <div class="skeleton-cards" aria-hidden="true">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} class="skeleton" />
      ))}
    </div>
  );
}

/** Grey bars where rows will be. */
export function SkeletonRows({ count }: { count: number }) {
  return (
    <div class="skeleton-rows" aria-hidden="true">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} class="skeleton" />
      ))}
    </div>
  );
}
