/** What the server reports. Its texts are only set as text, never as HTML. */
export interface Status {
  startedAt: number;
  now: number;
  about: { kind: 'folder' | 'proxy' | 'none'; source: string; watched: string[]; ignored: string[] };
  devices: { name: string; address: string; pages: { path: string; since: number }[] }[];
  updates: {
    at: number;
    files: string[];
    more: number;
    outcome: string;
    isApplied: boolean;
    reason?: string;
  }[];
  served: { total: number; recent: { path: string; status: number; count: number; at: number }[] };
  warnings: { at: number; text: string }[];
}

const KINDS = {
  folder: 'A folder, served for',
  proxy: 'A backend, behind this reverse proxy for',
  none: 'Files, watched for pages of other servers for',
};

let shown = '';

export function render(status: Status): void {
  const { about, devices, updates, served, warnings, startedAt, now } = status;
  setState('live', 'Live');
  // A list keeps its place and selection while nothing changes.
  const content = JSON.stringify({ ...status, now: 0 });
  find('summary').textContent = `${KINDS[about.kind]} ${duration(now - startedAt)}`;
  if (content === shown) return;
  shown = content;
  find('source').textContent = about.source;
  document.title = `${about.source} · Live Online reload`;
  find('warnings-section').hidden = warnings.length === 0;
  fill(
    'warnings',
    warnings.map(({ at, text }) => row('', time(at), ['detail', text])),
    '',
  );
  const pages = devices.reduce((sum, device) => sum + device.pages.length, 0);
  head('devices', pages === 0 ? '' : count(pages, 'page'));
  fill(
    'devices',
    devices.map((device) =>
      row(
        { name: device.name },
        text('span', 'count', device.address),
        ...device.pages.map(({ path, since }): Line => [
          'detail path',
          `${path || 'a page'} since ${clock(since)}`,
        ]),
      ),
    ),
    'No page is open. Open one, here or on a phone.',
  );
  head('updates', updates.length === 0 ? '' : `the last ${updates.length}`);
  fill('updates', updates.map(updateRow), 'Save a file to see the first one.');
  head('served', served.total === 0 ? '' : count(served.total, 'response'));
  fill('served', served.recent.map(servedRow), 'Nothing yet.');
  fill(
    'watched',
    [
      ...about.watched.map((path) => row(path, '')),
      ...about.ignored.map((glob) => row(glob, text('span', 'count', 'ignored'))),
    ],
    '',
  );
}

export function renderAway(): void {
  setState('away', 'The server does not respond. This page continues when it is back.');
}

type Line = [className: string, text: string];

function updateRow({ at, files, more, outcome, isApplied, reason }: Status['updates'][number]): HTMLElement {
  const names = files.length === 0 ? 'All files' : files.join(', ') + (more > 0 ? ` and ${more} more` : '');
  const why: Line[] = reason === undefined ? [] : [['detail', reason]];
  return row(names, time(at), [isApplied ? 'done' : 'detail', outcome], ...why);
}

function servedRow({ path, status, count: times, at }: Status['served']['recent'][number]): HTMLElement {
  const item = row(path, time(at), ['detail', `${status}${times > 1 ? ` · ${times} times` : ''}`]);
  if (status >= 400) item.classList.add('failed');
  return item;
}

/** @param subject a path, or the name of a device. */
function row(subject: string | { name: string }, end: HTMLElement | string, ...lines: Line[]): HTMLElement {
  const item = document.createElement('li');
  item.append(
    typeof subject === 'string' ? text('span', 'path', subject) : text('span', '', subject.name),
    end,
    ...lines.map(([className, line]) => text('span', className, line)),
  );
  return item;
}

function text(tag: string, className: string, content: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = content;
  return element;
}

function time(at: number): HTMLElement {
  const element = text('time', '', clock(at)) as HTMLTimeElement;
  element.dateTime = new Date(at).toISOString();
  return element;
}

function fill(id: string, items: readonly HTMLElement[], empty: string): void {
  const list = find(id);
  list.replaceChildren(...(items.length > 0 ? items : [text('li', 'empty', empty)]));
}

function head(id: string, note: string): void {
  const heading = find(`h-${id}`);
  heading.querySelector('span')?.remove();
  if (note !== '') heading.append(text('span', '', note));
}

function setState(className: string, label: string): void {
  document.body.className = className;
  const state = find('state');
  // A screen reader reads each change.
  if (state.textContent !== label) state.textContent = label;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString();
}

function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return count(minutes, 'minute');
  return `${count(Math.floor(minutes / 60), 'hour')} ${minutes % 60} min`;
}

function find(id: string): HTMLElement {
  return document.getElementById(id)!;
}
