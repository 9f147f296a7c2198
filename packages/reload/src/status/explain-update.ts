import { classifyFile } from '../core/classify-change.ts';
import type { UpdateReport } from '../events.ts';

/** Why an update without files was sent. */
export type UpdateCause = 'notify' | 'backend-up' | 'backend-restarted';

const CAUSES: Readonly<Record<UpdateCause, string>> = {
  notify: 'notify() was called',
  'backend-up': 'the backend is up again',
  'backend-restarted': 'the backend has restarted',
};
const PARTS = { css: 'styles', images: 'images', html: 'HTML' } as const;

/** Why pages did what an update made them do. */
export function explainUpdate(
  { files, pages, applied }: UpdateReport,
  { cause = 'notify', reloadOnly = false }: { cause?: UpdateCause; reloadOnly?: boolean } = {},
): string {
  if (files.length === 0) return CAUSES[cause];
  if (pages.reload + pages.apply === 0) {
    return pages.none === 0 ? 'no page was open' : 'no open page uses what has changed';
  }
  if (pages.reload === 0) return `${applied.map((part) => PARTS[part]).join(', ')} can be replaced in place`;
  if (reloadOnly) return 'every change reloads, because of --reload-only';
  const script = files.find((file) => classifyFile(file) === 'other');
  if (script !== undefined) return `${script} cannot be replaced in place`;
  return 'a file was created or deleted, or belongs to another page';
}
