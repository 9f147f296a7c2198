import { PageHead } from '../parts/page-head.tsx';
import { Message } from '../parts/states.tsx';

export function UnknownPage() {
  return (
    <>
      <PageHead title="Not found" />
      <Message icon="search" title="There is no such page">
        <p>The address may be mistyped, or from another version of the dashboard.</p>
        <a class="button" href="#/">
          All sites
        </a>
      </Message>
    </>
  );
}
