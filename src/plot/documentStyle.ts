/** The style sheet of documents: readable lines, tables that scroll by themselves on narrow screens, colours for light and dark. */

const light = "--ground:#fff;--ink:#1f2328;--muted:#59636e;--line:#d8dde3;--surface:#f5f7f9;--link:#0060a8;--good:#00694f;--good-ground:#dff5ec;--note:#8a4b00;--note-ground:#fff0d6;--bad:#b3261e;--bad-ground:#fde5e2";
const dark = "--ground:#0f141a;--ink:#f0f3f6;--muted:#a6afba;--line:#343d48;--surface:#182029;--link:#6cb6ff;--good:#6fdcb8;--good-ground:#0d3328;--note:#f2c063;--note-ground:#3a2a0b;--bad:#ff9d94;--bad-ground:#47201c";

export const documentStyle = `
:root{${light};color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1.5rem clamp(1rem,4vw,2.5rem) 4rem;background:var(--ground);color:var(--ink);font:1.125rem/1.6 'Source Sans 3','Source Sans Pro',system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;overflow-wrap:break-word}
h1{font-size:clamp(1.6rem,5vw,2.2rem);line-height:1.2;margin:.1rem 0 .4rem}
h2{font-size:1.35rem;line-height:1.3;margin:2.6rem 0 .8rem;padding-top:.4rem;border-top:1px solid var(--line)}
h3{font-size:1.12rem;margin:2rem 0 .5rem}
h4,h5,h6{font-size:1rem;margin:1.5rem 0 .4rem}
p,ul,ol,blockquote{margin:.8rem 0;max-width:44rem}
li{margin:.25rem 0}
a{color:var(--link)}
blockquote{margin-left:0;padding-left:1rem;border-left:3px solid var(--line);color:var(--muted)}
code{font:.92em/1.5 ui-monospace,'Cascadia Mono','SF Mono',Menlo,Consolas,'Liberation Mono',monospace;background:var(--surface);padding:.1em .3em;border-radius:4px}
pre{overflow-x:auto;background:var(--surface);padding:.8rem 1rem;border-radius:8px;border:1px solid var(--line)}
pre code{background:none;padding:0}
.kind,.facts{color:var(--muted);margin:0}
.notice{background:var(--note-ground);color:var(--note);padding:.5rem .8rem;border-radius:8px}
.scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}
table{border-collapse:collapse;margin:.4rem 0;font-variant-numeric:tabular-nums;overflow-wrap:normal}
th,td{text-align:left;vertical-align:top;padding:.4rem 1rem .4rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--muted);border-bottom-color:var(--muted);white-space:nowrap}
td.value,th.value{text-align:right;white-space:nowrap}
td.short{white-space:nowrap}
td.long{min-width:12rem}
td.words{white-space:normal}
.small{display:block;color:var(--muted);font-size:.875rem;line-height:1.4}
.note{color:var(--note)}
figure{margin:1.6rem 0}
figure .drawing svg{display:block;background:var(--ground);min-width:calc(.72*var(--width,0px))}
figcaption{color:var(--muted);font-size:.95rem;margin-top:.4rem;max-width:44rem}
@media print{body{max-width:none}a{color:inherit}}
`.trim();
