import { fieldsOf, type Choice } from './choice.ts';

/**
 * Shows whether the number of the chosen site can be loaded by its address, for looks that do so.
 *
 * @param note what shows it
 */
export function createSiteHelp(note: HTMLElement, base: string): (choice: Choice) => Promise<void> {
  let asked: string | undefined;
  return async ({ look, site }) => {
    const needed = fieldsOf[look].includes('site');
    note.hidden = !needed;
    if (!needed || site === asked) return;
    asked = site;
    note.textContent = site
      ? 'The site is the hostname of your pages.'
      : 'Fill in the hostname of your pages.';
    if (!site) return;
    const response = await fetch(`${base}v1/sites/${encodeURIComponent(site)}/badge.svg`, {
      method: 'HEAD',
    }).catch(() => undefined);
    if (site !== asked || !response) return;
    note.textContent = response.ok
      ? `The number of ${site} is public: this address works everywhere.`
      : `The number of ${site} is not public yet: start the server with --public ${site}`;
    note.dataset['ok'] = String(response.ok);
  };
}
