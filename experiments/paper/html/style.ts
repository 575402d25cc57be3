/** Light and dark, without a script or a file beside the page. */
export const style = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c1c1e; --faint: #6b6b70; --rule: #d9d9de; --box: #f5f5f7;
  --good: #11722f; --bad: #b3261e; --middle: #8a5a00;
  --s0: #0072b2; --s1: #d55e00; --s2: #009e73; --s3: #b5498e; --s4: #8a6d00; --s5: #4b5dc7; --s6: #555; --s7: #a33; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #161618; --ink: #ececf0; --faint: #a0a0a8; --rule: #3a3a40; --box: #222226;
    --good: #6fd58c; --bad: #ff8a80; --middle: #f0c060;
    --s0: #56b4e9; --s1: #ff9e5e; --s2: #3fd0a0; --s3: #ee9ad0; --s4: #e6d45c; --s5: #9fabff; --s6: #bbb; --s7: #f99; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .4rem; } h3 { font-size: 1rem; margin: 0 0 .3rem; }
p { margin: .3rem 0 .8rem; max-width: 50rem; } .faint { color: var(--faint); } a { color: var(--s0); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; }
th, td { text-align: left; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { font-weight: 600; } td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.kept, .reproduced { color: var(--good); } .MISSED, .not { color: var(--bad); font-weight: 600; } .partly { color: var(--middle); }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(30rem, 100%), 1fr)); gap: 1rem; align-items: start; }
figure { margin: 0; padding: .8rem; background: var(--box); border-radius: .4rem; min-width: 0; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--ink); font-size: 12px; }
.grid { stroke: var(--rule); stroke-width: 1; } .tick { fill: var(--faint) !important; font-size: 11px !important; }
.tick.x, .name { text-anchor: middle; } .tick.y { text-anchor: end; dominant-baseline: central; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; } .dot { stroke: var(--box); stroke-width: 1.5; } .bar { opacity: .45; }
.dot.fitted { stroke: var(--ink); stroke-width: 2; }
${[0, 1, 2, 3, 4, 5, 6, 7]
  .map(
    (index) =>
      `.line.s${index} { stroke: var(--s${index}); } .dot.s${index}, .bar.s${index} { fill: var(--s${index}); } .key.s${index} { background: var(--s${index}); }`,
  )
  .join("\n")}
ul.legend { list-style: none; margin: .3rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .85rem; }
.key { display: inline-block; width: .8rem; height: .8rem; border-radius: .2rem; margin-right: .35rem; vertical-align: -.1rem; }
details { font-size: .85rem; } summary { cursor: pointer; color: var(--faint); }
`;
