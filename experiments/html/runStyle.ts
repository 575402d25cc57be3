export const runStyle = `
.headline { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .8rem; margin: 1rem 0; }
.headline div { background: var(--box); border-radius: .4rem; padding: .7rem .8rem; }
.headline dt { color: var(--faint); font-size: .85rem; } .headline dd { margin: 0; }
.headline .value { font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.headline .range { color: var(--faint); font-size: .8rem; min-height: 1.2em; }
.chart { margin: .6rem 0; } .chart:focus-visible, button:focus-visible, .scroll:focus-visible { outline: 2px solid var(--s0); outline-offset: 2px; }
.u-legend { font-size: .85rem; text-align: left; } .uplot { width: 100%; }
button { font: inherit; font-size: .85rem; color: var(--ink); background: var(--box); border: 1px solid var(--faint); border-radius: .3rem; padding: .2rem .7rem; cursor: pointer; }
.stack { display: flex; height: 1.4rem; border-radius: .3rem; overflow: hidden; margin: .4rem 0; }
.stack span { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
pre { background: var(--box); padding: .8rem; overflow: auto; max-height: 24rem; font-size: .8rem; border-radius: .4rem; }
@media print {
  :root { --paper: #fff; --ink: #1c1c1e; --faint: #55555a; --rule: #d9d9de; --box: #f5f5f7; --s0: #0072b2; --s1: #d55e00; --s2: #009e73; --s3: #b5498e; --s4: #8a6d00; color-scheme: light; }
  button { display: none; } pre { max-height: none; white-space: pre-wrap; } .chart, .headline div { break-inside: avoid; }
}
`;
