import { useEffect, useState } from 'preact/hooks';
import { apiAddress, isPublic, sitePath } from '../data/api.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Icon } from '../parts/icons.tsx';
import { Card } from '../parts/page-head.tsx';

type Access = 'unknown' | 'public' | 'private' | 'failed';

/** Who may read this site's figures. It is found out by a request without the session. */
export function AccessCard({ site }: { site: string }) {
  const [access, setAccess] = useState<Access>('unknown');
  useEffect(() => {
    let isCurrent = true;
    isPublic(site).then(
      (answer) => isCurrent && setAccess(answer ? 'public' : 'private'),
      () => isCurrent && setAccess('failed'),
    );
    return () => {
      isCurrent = false;
    };
  }, [site]);
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
      {command !== undefined && (
        <div class="snippet">
          <code tabIndex={0}>{command}</code>
          <CopyButton text={command} label="command" />
        </div>
      )}
    </Card>
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

function commandOf(access: Access, site: string): string | undefined {
  if (access === 'private') return `live-online-server --public ${site}`;
  if (access === 'public') return `curl ${apiAddress(sitePath(site))}`;
  return undefined;
}
