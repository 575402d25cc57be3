/** Of the pages of runs, sweeps and plans, beside the style that all pages share. */
export const reportStyle = `
p { max-width: 60rem; }
.headline { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .8rem; margin: 1rem 0; }
.headline div { background: var(--box); border-radius: .4rem; padding: .6rem .8rem; }
.headline dt { color: var(--faint); font-size: .85rem; } .headline dd { margin: 0; overflow-wrap: anywhere; }
.headline .value { font-size: 1.45rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.headline .range { color: var(--faint); font-size: .8rem; min-height: 1.2em; }
.notes { border-left: 3px solid var(--middle); background: var(--box); padding: .5rem .9rem; margin: 1rem 0; border-radius: 0 .4rem .4rem 0; }
.notes h2 { margin: 0; font-size: .95rem; } .notes ul { margin: .2rem 0; padding-left: 1.2rem; font-size: .9rem; }
h3.over { margin: .9rem 0 0; font-size: .95rem; } output { font-weight: 400; font-size: .85rem; color: var(--faint); font-variant-numeric: tabular-nums; }
h3.over output { float: right; color: var(--ink); }
:focus-visible { outline: 2px solid var(--s0); outline-offset: 2px; }
.u-select { background: var(--s0) !important; opacity: .15; }
.distributions { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1rem; margin: 1rem 0; }
.share { fill: var(--s0); } .share.late { fill: var(--s1); } .hit { fill: transparent; } .hit.chosen, .hit:hover { fill: var(--ink); opacity: .12; }
.quantile { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 2 3; } line.slo { stroke: var(--bad); stroke-width: 2; }
svg text.mark { font-size: 11px; paint-order: stroke; stroke: var(--box); stroke-width: 3px; } svg text.mark.slo { fill: var(--bad); }
button, select { font: inherit; font-size: .85rem; color: var(--ink); background: var(--box); border: 1px solid var(--faint); border-radius: .3rem; padding: .2rem .7rem; }
button { cursor: pointer; }
th button { border: 0; background: none; padding: 0; font-weight: 600; font-size: inherit; text-align: inherit; } th button:hover { text-decoration: underline; }
th.number { text-align: right; } th[aria-sort=ascending] button::after { content: " ▲"; } th[aria-sort=descending] button::after { content: " ▼"; }
.controls { display: flex; flex-wrap: wrap; gap: .4rem 1rem; max-width: none; } .controls label { font-size: .85rem; color: var(--faint); } select { max-width: 16rem; }
tr.chosen td { background: var(--box); box-shadow: inset 0 -1px var(--bad); } #told { color: var(--ink); display: block; min-height: 2.6em; }
.stack { display: flex; height: 1.4rem; border-radius: .3rem; overflow: hidden; margin: .4rem 0; }
pre { background: var(--box); padding: .8rem; overflow: auto; max-height: 24rem; font-size: .8rem; border-radius: .4rem; }
@media print {
  :root { --paper: #fff; --ink: #1c1c1e; --faint: #55555a; --rule: #d9d9de; --box: #f5f5f7; --good: #11722f; --bad: #b3261e; --middle: #8a5a00;
    --s0: #0072b2; --s1: #d55e00; --s2: #009e73; --s3: #b5498e; --s4: #8a6d00; --s5: #4b5dc7; --s6: #555; --s7: #a33; color-scheme: light; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  .screen, [data-copy], .controls { display: none; } th button { color: inherit; }
  pre { max-height: none; white-space: pre-wrap; overflow: visible; } .scroll { overflow: visible; } table { font-size: 7.5pt; }
  .chart, figure, .headline div, tr { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .wide table { table-layout: fixed; width: 100%; font-size: 6pt; } .wide th, .wide td { overflow-wrap: anywhere; padding-right: .25rem; }
  #told { display: none; }
  .distributions { grid-template-columns: repeat(3, 1fr); }
}
`;
