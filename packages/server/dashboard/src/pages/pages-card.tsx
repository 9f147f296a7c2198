import { useState } from 'preact/hooks';
import { sitePath } from '../data/api.ts';
import type { PagesAnswer } from '../data/shapes.ts';
import { useResource } from '../data/use-resource.ts';
import { BarList, type BarItem } from '../parts/bar-list.tsx';
import { Card } from '../parts/page-head.tsx';
import { FailureNotice, Loaded, SkeletonRows } from '../parts/states.tsx';

const INTERVAL_MS = 3_000;
const SHOWN = 10;

/** Where on the site people are. */
export function PagesCard({ site }: { site: string }) {
  const resource = useResource<PagesAnswer>(sitePath(site, '/pages'), INTERVAL_MS);
  return (
    <Card title="Pages" lead="Where people are right now">
      <FailureNotice resource={resource} />
      <Loaded resource={resource} skeleton={<SkeletonRows count={5} />}>
        {(answer) => <Pages answer={answer} />}
      </Loaded>
    </Card>
  );
}

function Pages({ answer }: { answer: PagesAnswer }) {
  const [isAll, setAll] = useState(false);
  const { site, pages, other } = answer;
  if (pages.length === 0 && other === 0) {
    return (
      <p class="card-empty">
        No page is reported. Add <code>data-scope="page"</code> to the script tag to count people per page.
      </p>
    );
  }
  const items: BarItem[] = (isAll ? pages : pages.slice(0, SHOWN)).map(({ path, people }) => ({
    key: path,
    name: path,
    count: people,
    href: `//${site}${path}`,
  }));
  const rest = pages.slice(SHOWN).reduce((sum, { people }) => sum + people, other);
  if (isAll && other > 0) items.push({ key: 'other', name: 'Other pages', count: other });
  if (!isAll && rest > 0) items.push({ key: 'other', name: 'Other pages', count: rest });
  return (
    <>
      <BarList label="People by page" items={items} />
      {pages.length > SHOWN && (
        <button type="button" class="link-button" aria-expanded={isAll} onClick={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show all ${pages.length} pages`}
        </button>
      )}
    </>
  );
}
