/** The page of the status. Its script fills it. */
export const STATUS_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Live Online reload</title><link rel="icon" href="data:,"><link rel="stylesheet" href="status.css">
<script src="status.js" defer></script></head>
<body><main>
<header><p class="label" id="state" role="status">Loading</p><h1 id="source">&nbsp;</h1><p id="summary"></p></header>
<section aria-labelledby="h-warnings" id="warnings-section" hidden><h2 id="h-warnings">Warnings</h2><ul id="warnings"></ul></section>
<section aria-labelledby="h-devices"><h2 id="h-devices">Connected devices</h2><ul id="devices"></ul></section>
<section aria-labelledby="h-updates" id="updates-section"><h2 id="h-updates">Updates</h2><ul id="updates" tabindex="0" aria-labelledby="h-updates"></ul></section>
<section aria-labelledby="h-served"><h2 id="h-served">Served</h2><ul id="served" tabindex="0" aria-labelledby="h-served"></ul></section>
<section aria-labelledby="h-watched"><h2 id="h-watched">Watched</h2><ul id="watched"></ul></section>
<footer>Live Online reload</footer>
</main><noscript>This page needs JavaScript.</noscript></body></html>
`;

export const STATUS_STYLE = `
:root{color-scheme:light dark;--paper:#f6f8f7;--card:#fff;--ink:#17262b;--soft:#546670;--line:#dfe6e4;--mark:#17705f;--warm:#8a5a00;--glow:16%;font:1rem/1.55 system-ui,sans-serif}
@media (prefers-color-scheme:dark){:root{--paper:#0f1619;--card:#172125;--ink:#e8eff0;--soft:#9caeb4;--line:#283539;--mark:#5cc9b5;--warm:#e3b35c;--glow:12%}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;min-height:100vh;padding:clamp(1.25rem,5vh,3.5rem) clamp(1rem,4vw,2.5rem);background:radial-gradient(64rem 26rem at 50% -8rem,color-mix(in srgb,var(--mark) var(--glow),transparent),transparent) no-repeat var(--paper);color:var(--ink)}
main{display:grid;grid-template-columns:minmax(0,1fr);gap:1.25rem;max-width:72rem;margin:auto}
#served,#updates{max-height:26rem;overflow:auto;scrollbar-width:thin}
@media (min-width:56rem){main{grid-template-columns:minmax(0,3fr) minmax(0,2fr);grid-auto-flow:dense;align-items:start}section{grid-column:2}header,#warnings-section,footer{grid-column:1/-1}#updates-section{grid-column:1;grid-row:span 3}#updates{max-height:44rem}}
.label{display:flex;align-items:center;gap:.7rem;margin:0 0 .6rem;color:var(--mark);font-size:.85rem;font-weight:600;letter-spacing:.04em}
.label::before{content:"";width:.7rem;height:.7rem;border-radius:50%;background:currentColor}
.live .label::before{animation:ring 2.4s ease-out infinite}
.away .label{color:var(--warm)}
@keyframes ring{from{box-shadow:0 0 0 0 color-mix(in srgb,var(--mark) 55%,transparent)}to{box-shadow:0 0 0 .7rem transparent}}
@media (prefers-reduced-motion:reduce){.live .label::before{animation:none}}
h1{margin:0;font-size:clamp(1.5rem,4.5vw,2.2rem);line-height:1.2;letter-spacing:-.02em;overflow-wrap:anywhere}
header p:last-child{margin:.3rem 0 0;color:var(--soft)}
section{min-width:0;padding:1rem 1.1rem;border:1px solid var(--line);border-radius:.9rem;background:var(--card)}
h2{display:flex;justify-content:space-between;gap:1rem;margin:0 0 .4rem;font-size:.95rem;letter-spacing:.01em}
h2 span{color:var(--soft);font-weight:400;font-variant-numeric:tabular-nums}
ul{list-style:none;margin:0;padding:0}
li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 1rem;padding:.5rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
li:first-child{border-top:0}
li.empty{color:var(--soft)}
li time,li .count{color:var(--soft);font-size:.85rem;font-variant-numeric:tabular-nums;white-space:nowrap}
li .detail{grid-column:1/-1;color:var(--soft);font-size:.9rem}
li .done{grid-column:1/-1;color:var(--mark);font-size:.9rem}
.path{font:.92rem/1.6 ui-monospace,monospace}
.failed .path,#warnings .detail{color:var(--warm)}
#served:focus-visible,#updates:focus-visible{outline:2px solid var(--mark);outline-offset:2px;border-radius:.4rem}
footer{font-size:.8rem;color:var(--soft)}
`;
