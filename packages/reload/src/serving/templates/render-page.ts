import escapeHtml from 'escape-html';

/** The content of a page of the tool. Everything except `content` is text. */
export interface PageText {
  /** A short line above the heading, such as the status. */
  label: string;
  heading: string;
  /** What the page is about, such as a path or a URL. */
  subject?: string;
  lines: readonly string[];
  /** Escaped HTML. */
  content?: string;
  /** Text that keeps its line breaks, after the lines. */
  preformatted?: string;
  /** The last line. */
  note?: string;
  /** Whether the page shows an error. */
  isError?: boolean;
  /** Whether the page waits for something. */
  waiting?: boolean;
}

const STYLE = `
:root{color-scheme:light dark;--paper:#f6f8f7;--card:#fff;--ink:#17262b;--soft:#5b6d74;--line:#dfe6e4;--mark:#1f8a78;--glow:16%;font:1rem/1.6 system-ui,sans-serif}
@media (prefers-color-scheme:dark){:root{--paper:#0f1619;--card:#172125;--ink:#e8eff0;--soft:#98a9af;--line:#283539;--mark:#5cc9b5;--glow:12%}}
.error{--mark:#b5472f}
@media (prefers-color-scheme:dark){.error{--mark:#f19a86}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;align-content:center;padding:clamp(1.5rem,6vh,4rem) 1.25rem;background:radial-gradient(56rem 26rem at 50% -8rem,color-mix(in srgb,var(--mark) var(--glow),transparent),transparent) no-repeat var(--paper);color:var(--ink)}
main{width:100%;max-width:40rem;margin:auto}
.label{display:flex;align-items:center;gap:.7rem;margin:0 0 1rem;color:var(--mark);font-size:.85rem;font-weight:600;letter-spacing:.04em}
.label::before{content:"";width:.7rem;height:.7rem;border-radius:50%;background:currentColor}
.waiting .label::before{animation:ring 1.6s ease-out infinite}
@keyframes ring{from{box-shadow:0 0 0 0 color-mix(in srgb,var(--mark) 55%,transparent)}to{box-shadow:0 0 0 .8rem transparent}}
@media (prefers-reduced-motion:reduce){.waiting .label::before{animation:none}}
h1{margin:0 0 .7rem;font-size:clamp(1.6rem,5vw,2.3rem);line-height:1.2;letter-spacing:-.02em;overflow-wrap:anywhere;text-wrap:balance}
h1 a{color:inherit;text-decoration:none}
h1 i{padding:0 .1em;color:var(--soft);font-style:normal;font-weight:400}
h1 a:hover,h1 a:focus-visible,h1 a:hover i{color:var(--mark)}
.subject{display:block;width:fit-content;max-width:100%;margin:1.1rem 0;padding:.5rem .8rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card);font:.95rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
.wide main{max-width:62rem}
pre{margin:1.1rem 0;padding:.9rem 1.1rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card);font:.875rem/1.6 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4}
p{margin:.35rem 0;color:var(--soft);overflow-wrap:anywhere;text-wrap:pretty}
ul{list-style:none;margin:1.5rem 0 0;padding:.35rem;border:1px solid var(--line);border-radius:.9rem;background:var(--card)}
li a{display:flex;gap:.75rem;padding:.5rem .75rem;border-radius:.6rem;color:inherit;text-decoration:none;overflow-wrap:anywhere}
li a:hover,li a:focus-visible{background:color-mix(in srgb,var(--mark) 11%,transparent);color:var(--mark);outline:0}
svg{flex:none;margin-top:.25rem;width:1.1rem;height:1.1rem;fill:none;stroke:var(--soft);stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}
.folder svg{fill:color-mix(in srgb,var(--mark) 22%,transparent);stroke:var(--mark)}
footer{margin-top:2.2rem;font-size:.8rem;color:var(--soft)}
`;

/** A page of the tool itself, such as a directory listing. */
export function renderPage(text: PageText): string {
  const { label, heading, subject, lines, content, preformatted, note, isError, waiting } = text;
  const looks = [waiting && 'waiting', isError && 'error', preformatted !== undefined && 'wide'].filter(
    Boolean,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(heading)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body class="${looks.join(' ')}"><main><p class="label">${escapeHtml(label)}</p>${content ?? `<h1>${escapeHtml(heading)}</h1>`}
${subject === undefined ? '' : `<code class="subject">${escapeHtml(subject)}</code>`}
${lines.map(paragraph).join('\n')}
${preformatted === undefined ? '' : `<pre>\n${escapeHtml(preformatted)}</pre>`}
${note === undefined ? '' : paragraph(note)}
<footer>Live Online reload</footer></main></body></html>
`;
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}
