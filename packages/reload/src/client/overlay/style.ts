/** The colours have a contrast of at least 4.5 to 1 on the background of their scheme. */
export const STYLE = `
:host{all:initial!important}
dialog{--b:#fbfbfa;--p:#f2f2ef;--t:#1f2022;--s:#5b5d62;--l:#d9d9d4;--e:#b3261e;--red:#b3261e;--green:#18662f;--yellow:#7a5200;--blue:#1d4fb8;--magenta:#8c1f8c;--cyan:#0b6070;--black:#1f2022;--white:#5b5d62;
box-sizing:border-box;width:min(60rem,calc(100vw - 2rem));max-width:none;max-height:calc(100dvh - 2rem);margin:auto;padding:1.25rem 1.5rem;border:1px solid var(--l);border-top:4px solid var(--e);border-radius:.75rem;background:var(--b);color:var(--t);font:16px/1.5 system-ui,sans-serif;color-scheme:light dark;overflow:hidden;text-align:start;box-shadow:0 1.5rem 4rem #0007}
dialog[open]{display:flex;flex-direction:column;gap:.75rem}
dialog::backdrop{background:#0009}
header{display:flex;gap:1rem;align-items:start}
h1{flex:1;min-width:0;margin:0;font:600 1.1rem/1.4 system-ui,sans-serif;overflow-wrap:anywhere}
button{font:inherit;color:inherit;background:none;border:1px solid var(--l);border-radius:.5rem;padding:.15rem .75rem;cursor:pointer}
button:hover{border-color:currentColor}
button:focus-visible,pre:focus-visible{outline:2px solid var(--blue);outline-offset:1px}
.file{align-self:start;max-width:100%;color:var(--blue);text-align:start;font:.9rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
pre{flex:0 1 auto;min-height:3rem;margin:0;padding:.9rem 1rem;overflow:auto;border-radius:.5rem;background:var(--p);font:.85rem/1.55 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4;direction:ltr}
p{margin:0;color:var(--s);font-size:.85rem}
.bold{font-weight:700}.italic{font-style:italic}.underline{text-decoration:underline}.strikethrough{text-decoration:line-through}.dim{color:var(--s)}
.any{color:color-mix(in oklab,var(--any) 50%,#000)}
@media(prefers-color-scheme:dark){dialog{--b:#1b1c1f;--p:#121316;--t:#ececea;--s:#a6a8ad;--l:#3b3d42;--e:#ff8a80;--red:#ff8a80;--green:#7ed491;--yellow:#e8c15c;--blue:#8ab4ff;--magenta:#e79be7;--cyan:#6fd3e0;--black:#a6a8ad;--white:#ececea}
.any{color:color-mix(in oklab,var(--any) 60%,#fff)}}
@media(forced-colors:active){button{border-color:ButtonText}}
`;
