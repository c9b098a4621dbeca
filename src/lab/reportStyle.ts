/** What reports have beside other documents: verdicts, and a table of claims that becomes a list on narrow screens. */

export const reportStyle = `
.verdicts{display:flex;flex-wrap:wrap;gap:.4rem}
.failures{background:var(--bad-ground);color:var(--bad);padding:.6rem 1rem .6rem 2rem;border-radius:8px}
.verdict{text-decoration:none;display:inline-block;white-space:nowrap;padding:.05rem .6rem;border-radius:999px;font-weight:600;font-size:.9rem}
.agrees{color:var(--good);background:var(--good-ground)}
.differs{color:var(--note);background:var(--note-ground)}
.fails{color:var(--bad);background:var(--bad-ground)}
.open{color:var(--muted);background:var(--surface)}
table.claims{width:100%}
table.claims td:first-child{width:52%}
table.claims td:last-child{padding-right:0}
table.claims th:nth-child(2),table.claims th:nth-child(3){text-align:right}
@media (max-width:36rem){
table.claims,table.claims tbody,table.claims tr,table.claims td{display:block;width:100%}
table.claims thead{display:none}
table.claims tr{border-bottom:1px solid var(--line);padding:.6rem 0}
table.claims td{border:0;padding:.1rem 0;text-align:left;white-space:normal;min-width:0}
table.claims td:first-child{width:100%}
table.claims td:nth-child(2)::before{content:"source: ";color:var(--muted)}
table.claims td:nth-child(3)::before{content:"ours: ";color:var(--muted)}
table.claims td.value .small{display:inline;margin-left:.5rem}
}
`.trim();
