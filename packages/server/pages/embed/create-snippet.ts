import { DEFAULT_LABEL, type Choice } from './choice.ts';
import { textColorOn } from './text-color.ts';

/** Code to paste. */
export interface Snippet {
  /** Where it belongs. */
  place: string;
  code: string;
}

/**
 * The code that shows the number as chosen.
 *
 * @param base the address of the server, with a slash at its end
 */
export function createSnippet(choice: Choice, base: string): Snippet {
  switch (choice.look) {
    case 'corner':
      return {
        place: 'Anywhere in the HTML of your pages',
        code: colorRules(choice) + scriptTag(choice, base),
      };
    case 'inline':
      return {
        place: 'In the HTML, where the number belongs',
        code: colorRules(choice) + scriptTag(choice, base, 'inline'),
      };
    case 'own': {
      const text = escapeHtml(choice.label);
      return {
        place: 'In the HTML, where the number belongs; style it as you like',
        code: `<p><span data-live-online>0</span>${text && ` ${text}`}</p>\n${scriptTag({ ...choice, label: DEFAULT_LABEL }, base)}`,
      };
    }
    case 'element':
      return {
        place: 'In an app that you bundle: npm install @live-online/widget',
        code: colorRules(choice) + element(choice, base),
      };
    case 'react':
      return { place: 'In a React app: npm install @live-online/widget', code: react(choice, base) };
    case 'badge':
      return {
        place:
          choice.format === 'markdown'
            ? 'In a README or another Markdown file'
            : 'In HTML, where no script is allowed',
        code: badge(choice, base),
      };
    case 'frame':
      return { place: 'In HTML, where frames are allowed and scripts are not', code: frame(choice, base) };
  }
}

/** The address of an SVG badge. */
function badgeUrl({ site, label, color, style, shows }: Choice, base: string): string {
  return withQuery(`${base}v1/sites/${encodeURIComponent(site)}/badge.svg`, {
    label: label === DEFAULT_LABEL ? undefined : label,
    color: color.slice(1) || undefined,
    style: style === 'flat' ? undefined : style,
    count: shows === 'people' ? undefined : shows,
  });
}

/** The address of a badge that moves, for a frame. */
function frameUrl({ site, label, theme, color, shows }: Choice, base: string): string {
  return withQuery(`${base}v1/sites/${encodeURIComponent(site)}/badge.html`, {
    label: label === DEFAULT_LABEL ? undefined : label,
    theme: theme === 'auto' ? undefined : theme,
    background: color.slice(1) || undefined,
    color: color ? textColorOn(color).slice(1) : undefined,
    count: shows === 'people' ? undefined : shows,
  });
}

function scriptTag({ label, position, theme, count, scope }: Choice, base: string, fixed?: string): string {
  const place = fixed ?? (position === 'bottom-right' ? '' : position);
  const attributes: Record<string, string | undefined> = {
    src: base,
    'data-label': label === DEFAULT_LABEL ? undefined : label,
    'data-position': place || undefined,
    'data-theme': theme === 'auto' ? undefined : theme,
    'data-count': count === 'tabs' ? undefined : count,
    'data-scope': scope === 'site' ? undefined : scope,
  };
  return tag('script', { async: '', ...attributes }, '');
}

function colorRules({ color }: Choice): string {
  if (!color) return '';
  return `<style>\n  :root {\n    --loc-background: ${color};\n    --loc-color: ${textColorOn(color)};\n  }\n</style>\n`;
}

function element({ label, count, scope }: Choice, base: string): string {
  const attributes = {
    server: base,
    label: label === DEFAULT_LABEL ? undefined : label,
    count: count === 'tabs' ? undefined : count,
    scope: scope === 'site' ? undefined : scope,
  };
  const load = `<script type="module">\n  import '@live-online/widget/define';\n</script>`;
  return `${load}\n${tag('live-online-counter', attributes, '')}`;
}

function react({ label, count, scope }: Choice, base: string): string {
  const options = [
    `server: ${JSON.stringify(base)}`,
    ...(count === 'people' ? [`count: 'people'`] : []),
    ...(scope === 'page' ? [`scope: 'page'`] : []),
  ].map((line) => `    ${line},\n`);
  const number = scope === 'page' ? 'page' : 'total';
  // Braces and angle brackets in JSX are code.
  const text = /[{}<>&]/.test(label) ? `{${JSON.stringify(` ${label}`)}}` : label && ` ${label}`;
  return `import { useOnlineCount } from '@live-online/widget/react';

export function Online() {
  const { ${number} } = useOnlineCount({
${options.join('')}  });
  return ${number} === undefined ? null : <p>{${number}}${text}</p>;
}`;
}

function badge(choice: Choice, base: string): string {
  const url = badgeUrl(choice, base);
  const text = choice.label || 'visitors online';
  return choice.format === 'markdown'
    ? `![${text.replace(/[[\]\\<>&]/g, String.raw`\$&`)}](${url.replace(/[()]/g, encodeURIComponent)})`
    : tag('img', { src: url, alt: text });
}

function frame(choice: Choice, base: string): string {
  const attributes = {
    src: frameUrl(choice, base),
    title: choice.label || 'visitors online',
    // About 9 px for a letter, beside the number.
    width: String(Math.max(160, 90 + 9 * choice.label.length)),
    height: '40',
    loading: 'lazy',
    style: 'border: 0; color-scheme: normal',
  };
  return tag('iframe', attributes, '');
}

/** An element on one line, or with one attribute per line if it would be long. */
function tag(name: string, attributes: Record<string, string | undefined>, content?: string): string {
  const parts = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : value === '' && key === 'async' ? [key] : [`${key}="${escapeHtml(value)}"`],
  );
  const end = content === undefined ? '' : `${content}</${name}>`;
  const line = `<${name} ${parts.join(' ')}>${end}`;
  return line.length <= 72 ? line : `<${name}\n${parts.map((part) => `  ${part}\n`).join('')}>${end}`;
}

function withQuery(url: string, parameters: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  return query.size > 0 ? `${url}?${query}` : url;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' };

function escapeHtml(text: string): string {
  return text.replace(/[&"<>]/g, (character) => ENTITIES[character]!);
}
