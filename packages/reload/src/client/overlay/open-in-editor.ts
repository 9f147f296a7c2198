import type { ClientConfig } from '../config.ts';
import type { OpenInEditor } from './overlay.ts';

/** Asks the server to open a place. With the pages of other servers it opens nothing. */
export function createOpenInEditor({ base, token }: ClientConfig): OpenInEditor {
  return async ({ file, line, column }) => {
    try {
      const body = JSON.stringify({ token, file, line, column });
      const response = await fetch(`${base}editor`, { method: 'POST', body, credentials: 'omit' });
      return response.ok ? undefined : `The editor cannot be opened: ${await response.text()}`;
    } catch {
      return 'The editor cannot be opened: the reload tool does not respond.';
    }
  };
}
