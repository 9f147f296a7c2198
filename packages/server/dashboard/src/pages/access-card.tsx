import { apiAddress, sitePath } from '../data/api.ts';
import type { AccessAnswer, TokenAnswer } from '../data/shapes.ts';
import { useResource } from '../data/use-resource.ts';
import { Icon } from '../parts/icons.tsx';
import { Card } from '../parts/page-head.tsx';
import { OnRequest } from '../parts/on-request.tsx';
import { Snippet } from '../parts/snippet.tsx';

/** A server changes it only when it is restarted with other options. */
const INTERVAL_MS = 30_000;

/** Who may read this site's figures, and the token that reads them. */
export function AccessCard({ site }: { site: string }) {
  const { data, failure } = useResource<AccessAnswer>(sitePath(site, '/access'), INTERVAL_MS);
  const access = data ? (data.isPublic ? 'public' : 'private') : failure ? 'failed' : 'unknown';
  const { icon, title, text } = TEXTS[access];
  const command = commandOf(access, site);
  return (
    <Card title="Who may see it">
      <div class="access">
        <Icon name={icon} />
        <div>
          <p class="access-title">{title}</p>
          <p class="muted">{text}</p>
        </div>
      </div>
      {command !== undefined && <Snippet text={command} label="command" />}
      {access === 'private' && <ReadToken site={site} />}
    </Card>
  );
}

/** The token is not in the page until it is asked for: others may look at the screen. */
function ReadToken({ site }: { site: string }) {
  return (
    <div class="card-part">
      <h3>Read token</h3>
      <p class="muted">
        A program that sends it as <code>Authorization: Bearer TOKEN</code> may read the numbers of this site
        by the HTTP API, and nothing else. It changes with the admin token.
      </p>
      <OnRequest<TokenAnswer> path={sitePath(site, '/token')} action="Show token">
        {({ token }) => <Snippet text={token} label="token" />}
      </OnRequest>
    </div>
  );
}

const TEXTS = {
  unknown: { icon: 'lock', title: 'Checking…', text: '' },
  public: {
    icon: 'globe',
    title: 'Public',
    text: 'Everyone may read people, pages and history by the HTTP API, and show the badge.',
  },
  private: {
    icon: 'lock',
    title: 'Private',
    text: 'Visitors see the number on the pages. The HTTP API and the badge need a token. To open them for everyone, start the server with:',
  },
  failed: { icon: 'warning', title: 'Not known', text: 'The server cannot be asked at the moment.' },
} as const;

function commandOf(access: keyof typeof TEXTS, site: string): string | undefined {
  if (access === 'private') return `live-online-server --public ${site}`;
  if (access === 'public') return `curl ${apiAddress(sitePath(site))}`;
  return undefined;
}
