// The look of an exported file: its own few rules, as nothing may be loaded. The names that the shared drawing uses mean
// here what they mean on the desk's pages.
export const EXPORT_STYLES = `
:root { color-scheme: light dark; --ink: #12161c; --muted: #545d69; --line: #dfe2e7; --raised: #eef0f3; --panel: #fff;
  --accent: #1d4c9e; --good: #0a654a; --bad: #a8231c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --muted: #98a4b1; --line: #27303a; --raised: #1c242d;
  --panel: #141a21; --accent: #86b3fb; --good: #5bcba5; --bad: #ff968c; } }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; background: var(--panel); color: var(--ink);
  font: 15px/1.5 ui-sans-serif, system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .5rem; padding-bottom: .25rem;
  border-bottom: 1px solid var(--line); } h3 { font-size: .95rem; margin: 1.2rem 0 .3rem; } h4 { margin: .8rem 0 .2rem; }
p { margin: .4rem 0; } .quiet { color: var(--muted); font-size: .85rem; } .mono { font-family: ui-monospace, monospace;
  font-size: .78rem; } .good { color: var(--good); } .bad { color: var(--bad); } .wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .88rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 550; font-size: .8rem; } td { overflow-wrap: break-word; }
pre { white-space: pre-wrap; background: var(--raised); padding: .7rem; border-radius: .4rem; font-size: .78rem;
  overflow-wrap: anywhere; } details { margin: .35rem 0; } summary { cursor: pointer; }
.text { white-space: pre-wrap; } img { max-width: 100%; height: auto; background: #fff; border-radius: .4rem; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .5rem 1.2rem; margin: .6rem 0; }
dt { color: var(--muted); font-size: .8rem; } dd { margin: 0; font-weight: 550; }
svg[role="img"] { width: 100%; height: auto; } td svg { vertical-align: middle; }
.text-good { color: var(--good); } .text-bad { color: var(--bad); } .text-accent { color: var(--accent); }
.fill-ink { fill: var(--ink); } .fill-muted { fill: var(--muted); } .fill-raised { fill: var(--raised); }
.stroke-ink { stroke: var(--ink); } .stroke-line { stroke: var(--line); } .stroke-panel { stroke: var(--panel); }
@media print { details { display: block; } body { max-width: none; } }
`;
