import { useRef, useState } from 'preact/hooks';
import { post } from '../data/api.ts';
import type { ServersAnswer, ServerState } from '../data/shapes.ts';
import { useResource } from '../data/use-resource.ts';
import { formatAgo, formatCount, formatMoment } from '../format.ts';
import { PageHead } from '../parts/page-head.tsx';
import { FailureNotice, Loaded, Message, Notice, SkeletonCards } from '../parts/states.tsx';
import { DrainDialog } from './drain-dialog.tsx';
import { splitName } from './server-name.ts';
import { StoreCard } from './store-card.tsx';

const INTERVAL_MS = 2_000;
/** From here on updates come late. */
const SLOW_LOOP_MS = 50;

export function ServersPage() {
  const resource = useResource<ServersAnswer>('servers', INTERVAL_MS);
  return (
    <>
      <PageHead title="Servers" lead="The servers that count, and the store that they share." />
      <FailureNotice resource={resource} />
      <Loaded resource={resource} skeleton={<SkeletonCards count={2} />}>
        {({ servers }) => <Servers servers={servers} />}
      </Loaded>
    </>
  );
}

function Servers({ servers }: { servers: ServerState[] }) {
  const [chosen, setChosen] = useState<ServerState>();
  const [result, setResult] = useState<{ name: string; error?: string }>();
  const returnTo = useRef<HTMLElement | null>(null);
  const close = (): void => {
    setChosen(undefined);
    returnTo.current?.focus();
  };
  const drain = (name: string): void => {
    close();
    post(`servers/${encodeURIComponent(name)}/drain`).then(
      () => setResult({ name }),
      (error: Error) => setResult({ name, error: error.message }),
    );
  };
  if (servers.length === 0) {
    return (
      <Message icon="servers" title="No server has reported yet">
        <p>Servers report every few seconds. This page updates by itself.</p>
      </Message>
    );
  }
  return (
    <>
      {result && (
        <Notice icon={result.error === undefined ? 'check' : 'warning'}>
          {result.error === undefined
            ? `${result.name} drains: it takes no new connections, and its visitors move to other servers.`
            : `${result.name} was not drained: ${result.error}`}
        </Notice>
      )}
      <ul class="servers">
        {servers.map((server) => (
          <ServerItem
            key={server.name}
            server={server}
            onDrain={(button) => {
              returnTo.current = button;
              setChosen(server);
            }}
          />
        ))}
      </ul>
      <StoreCard servers={servers} />
      {chosen && (
        <DrainDialog
          server={chosen}
          isLast={servers.length === 1}
          onCancel={close}
          onDrain={() => drain(chosen.name)}
        />
      )}
    </>
  );
}

function ServerItem(props: { server: ServerState; onDrain: (button: HTMLElement) => void }) {
  const { server, onDrain } = props;
  const {
    name,
    version,
    since,
    connections,
    eventLoopDelayMs,
    processes,
    silent,
    stale,
    store,
    warnings,
    isSelf,
  } = server;
  const { given, random } = splitName(name);
  return (
    <li class="card server">
      <div class="server-head">
        <span class={`status-dot ${stale ? 'status-warn' : 'status-good'}`} aria-hidden="true" />
        <h2>
          {given}
          {random && <span class="faint server-random">{random}</span>}
        </h2>
        {isSelf && <span class="tag">answers this page</span>}
        {stale && <span class="tag tag-warn">{silent ? 'does not answer' : 'totals may be old'}</span>}
        <button
          type="button"
          class="button button-small"
          aria-label={`Drain ${name}`}
          onClick={(event) => onDrain(event.currentTarget)}
        >
          Drain…
        </button>
      </div>
      <dl class="facts">
        <Fact label="Connections" value={formatCount(connections)} />
        <Fact
          label="Event loop delay"
          value={`${formatDelay(eventLoopDelayMs)} ms`}
          isWarning={eventLoopDelayMs >= SLOW_LOOP_MS}
        />
        <Fact label="Processes" value={formatProcesses(processes)} />
        <Fact label="Store" value={store === 'redis' ? 'Redis' : 'Memory'} />
        <Fact label="Version" value={version} />
        <Fact label="Started" value={formatAgo(since, Date.now())} title={formatMoment(since)} />
      </dl>
      {warnings.map((warning) => (
        <Notice key={warning} icon="warning">
          <span class="server-warning">{warning}</span>
        </Notice>
      ))}
    </li>
  );
}

const formatProcesses = (processes: number): string =>
  processes === 1 ? '1' : `${processes} (${processes - 1} ${processes === 2 ? 'worker' : 'workers'})`;

const formatDelay = (delayMs: number): string => (delayMs < 10 ? delayMs.toFixed(1) : formatCount(delayMs));

function Fact(props: { label: string; value: string; title?: string; isWarning?: boolean }) {
  return (
    <div>
      <dt>{props.label}</dt>
      <dd title={props.title} class={props.isWarning ? 'fact-warn' : undefined}>
        {props.value}
        {props.isWarning && <span class="visually-hidden"> (slow)</span>}
      </dd>
    </div>
  );
}
