import { useState } from 'preact/hooks';
import { apiAddress, counterUrl, sitePath } from '../data/api.ts';
import { Card } from '../parts/page-head.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Snippet } from '../parts/snippet.tsx';

type Kind = 'tag' | 'element' | 'react' | 'badge' | 'frame';

const KINDS: { value: Kind; label: string; text: string }[] = [
  { value: 'tag', label: 'Tag', text: 'Shows the number in a corner of every page.' },
  {
    value: 'element',
    label: 'Element',
    text: 'Shows the number where you put it, in an app that bundles its scripts.',
  },
  { value: 'react', label: 'React', text: 'The number as a hook, for a look of your own.' },
  { value: 'badge', label: 'Badge', text: 'A picture for a README, as Markdown. It needs a public site.' },
  {
    value: 'frame',
    label: 'Frame',
    text: 'A badge that changes by itself, for pages without scripts. It needs a public site.',
  },
];

/** How to show this site's number, and the badge as it looks now. */
export function EmbedCard({ site }: { site: string }) {
  const [kind, setKind] = useState<Kind>('tag');
  const { text } = KINDS.find(({ value }) => value === kind)!;
  const snippet = snippetOf(kind, site);
  const embedUrl = new URL('embed', counterUrl).href;
  return (
    <Card
      title="Show it"
      actions={
        <a class="quiet-link" href={embedUrl}>
          All looks
        </a>
      }
    >
      <Segmented label="Kind" options={KINDS} value={kind} onChange={setKind} />
      <p class="card-lead">{text}</p>
      <Snippet text={snippet} label="snippet" />
      {(kind === 'badge' || kind === 'frame') && <Badge site={site} />}
    </Card>
  );
}

function Badge({ site }: { site: string }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <p class="card-empty">The badge cannot be loaded at the moment.</p>;
  return (
    <p class="badge">
      <img src={badgeUrl(site)} alt={`Badge of ${site}`} onError={() => setBroken(true)} />
    </p>
  );
}

const badgeUrl = (site: string): string => apiAddress(sitePath(site, '/badge.svg'));

function snippetOf(kind: Kind, site: string): string {
  const { href } = counterUrl;
  switch (kind) {
    case 'tag':
      return `<script async src="${href}"></script>`;
    case 'element':
      return `import '@live-online/widget/define';\n\n<live-online-counter server="${href}"></live-online-counter>`;
    case 'react':
      return `import { useOnlineCount } from '@live-online/widget/react';\n\nconst { total } = useOnlineCount({ server: '${href}' });`;
    case 'badge':
      return `![People online](${badgeUrl(site)})`;
    case 'frame':
      return `<iframe src="${apiAddress(sitePath(site, '/badge.html'))}" width="120" height="20" title="People online"></iframe>`;
  }
}
