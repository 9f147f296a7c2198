import { sitePath } from '../data/api.ts';
import type { OptOutAnswer } from '../data/shapes.ts';
import { formatMoment } from '../format.ts';
import { OnRequest } from '../parts/on-request.tsx';
import { Card } from '../parts/page-head.tsx';
import { Snippet } from '../parts/snippet.tsx';

/** A link for the browsers of those who work on a site. */
export function LeaveOutCard({ site }: { site: string }) {
  return (
    <Card
      title="Leave me out"
      lead="A browser that opens the link is not counted on this site until it closes. The number disappears there."
    >
      <OnRequest<OptOutAnswer> path={sitePath(site, '/opt-out')} action="Make a link">
        {({ fragment, expiresAt }) => (
          <>
            <Snippet text={`https://${site}/${fragment}`} label="link" />
            <p class="muted">
              It works until {formatMoment(expiresAt)}, in as many browsers as you like. If the number is not
              on that page, add the part from <code>#</code> to the address of a page that has it.
            </p>
          </>
        )}
      </OnRequest>
    </Card>
  );
}
