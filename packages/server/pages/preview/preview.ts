import { createLiveBadge, readLiveBadgeLook } from '../live-badge/live-badge.ts';
import { simulateServer } from './simulated-socket.ts';

/**
 * The page in the frames of the embed page: one look on a page in one theme, with a number that no server sends. Its query
 * has the look, its options, `page` (the theme of the page) and `number`.
 */
const query = new URLSearchParams(location.search);
const read = (name: string): string => query.get(name) ?? '';
const number = Math.trunc(Number(read('number'))) || 0;
const label = read('label');

/** A line of text, drawn as a bar. */
function bar(className = ''): HTMLElement {
  const element = document.createElement('div');
  element.className = `bar ${className}`;
  return element;
}

function paragraph(className: string, ...content: (Node | string)[]): HTMLElement {
  const element = document.createElement('p');
  element.className = className;
  element.dir = 'auto';
  element.append(...content);
  return element;
}

/** The script tag with the attributes of the snippet. */
function scriptTag(attributes: Record<string, string>): HTMLElement {
  const script = document.createElement('script');
  script.async = true;
  script.src = '../';
  Object.assign(script.dataset, attributes);
  return script;
}

function badgeImage(style: string): HTMLElement {
  const image = document.createElement('img');
  const look = {
    label,
    style,
    number: String(number),
    ...(read('background') && { color: read('background') }),
  };
  image.src = `sample.svg?${new URLSearchParams(look)}`;
  image.alt = `${label} ${number}`;
  if (style === read('style')) image.dataset['chosen'] = '';
  return image;
}

const looks: Record<string, () => (Node | string)[]> = {
  corner: () => [
    bar('heading'),
    bar(),
    bar(),
    bar('short'),
    scriptTag({ label, position: read('position'), theme: read('theme') }),
  ],
  inline: () => [
    bar('heading'),
    paragraph('line', 'You are not alone: ', scriptTag({ label, position: 'inline', theme: read('theme') })),
    bar('short'),
  ],
  own() {
    const target = document.createElement('span');
    target.dataset['liveOnline'] = '';
    return [bar('heading'), paragraph('own', target, ` ${label}`), scriptTag({}), bar('short')];
  },
  element() {
    const element = document.createElement('live-online-counter');
    element.setAttribute('server', new URL('../', location.href).href);
    if (label !== 'online') element.setAttribute('label', label);
    // The fallback content, which the element shows until it knows the number.
    element.append(`${number} ${label}`);
    const definition = document.createElement('script');
    definition.type = 'module';
    definition.src = 'preview-element.js';
    return [bar('heading'), paragraph('line', element), definition, bar('short')];
  },
  react: () => [paragraph('hook', `${number} ${label}`), bar('heading'), bar('short')],
  badge() {
    const badges = document.createElement('div');
    badges.className = 'badges';
    badges.append(...['flat', 'flat-square', 'plastic', 'for-the-badge'].map(badgeImage));
    return [bar('heading'), badges, bar('short')];
  },
  frame() {
    const { element, show } = createLiveBadge(readLiveBadgeLook(query));
    show(number, false);
    const line = document.createElement('div');
    line.append(element);
    return [bar('heading'), bar(), line, bar('short')];
  },
};

simulateServer(number);
// The script tag's badge is absent in print. Here it is what is printed.
Object.assign(window, { locWidget: { style: { display: 'inline-flex' } } });
const look = read('look');
document.documentElement.dataset['theme'] = read('page');
if (read('background')) {
  document.documentElement.style.setProperty('--loc-background', `#${read('background')}`);
  document.documentElement.style.setProperty('--loc-color', `#${read('color')}`);
}
document.body.className = look;
document.body.append(...(looks[look]?.() ?? []));
