import escapeHtml from 'escape-html';

/** What stands on a page of the tool's own. Everything but `content` is text. */
export interface PageText {
  title: string;
  heading: string;
  lines: string[];
  /** HTML that is escaped already. */
  content?: string;
  /** Whether something is being waited for. */
  waiting?: boolean;
}

const STYLE = `
:root{color-scheme:light dark;--paper:#f7f8f6;--ink:#1d2a2f;--soft:#62727a;--line:#dde3e1;--mark:#2f8f7f;font:17px/1.6 system-ui,sans-serif}
@media (prefers-color-scheme:dark){:root{--paper:#12191c;--ink:#e9eff0;--soft:#95a5ab;--line:#273439;--mark:#5cc4b1}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;align-content:center;padding:3rem 1.5rem;background:radial-gradient(50rem 24rem at 50% -8rem,color-mix(in srgb,var(--mark) 20%,transparent),transparent) var(--paper);color:var(--ink)}
main{width:100%;max-width:38rem;margin:0 auto}
.dot{width:.9rem;height:.9rem;border-radius:50%;background:var(--mark);margin-bottom:1.2rem}
.waiting .dot{animation:breathe 1.6s ease-in-out infinite}
@keyframes breathe{50%{transform:scale(1.7);opacity:.35}}
@media (prefers-reduced-motion:reduce){.waiting .dot{animation:none}}
h1{margin:0 0 .6rem;font-size:clamp(1.7rem,5vw,2.4rem);line-height:1.2;letter-spacing:-.015em;overflow-wrap:anywhere}
p{margin:.3rem 0;color:var(--soft);overflow-wrap:anywhere}
ul{list-style:none;margin:1.6rem 0 0;padding:0;border-top:1px solid var(--line)}
li a{display:block;padding:.55rem .2rem;border-bottom:1px solid var(--line);color:inherit;text-decoration:none;overflow-wrap:anywhere}
li a:hover,li a:focus{color:var(--mark)}
footer{margin-top:2.4rem;font-size:.8rem;color:var(--soft)}
`;

/** A page of the tool's own: 404, a folder, or a backend that is away. */
export function renderPage({ title, heading, lines, content = '', waiting = false }: PageText): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body${waiting ? ' class="waiting"' : ''}><main><div class="dot"></div><h1>${escapeHtml(heading)}</h1>
${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
${content}<footer>Live Online reload</footer></main></body></html>
`;
}
