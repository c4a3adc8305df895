/** The dashboard's style sheet. Colours come in pairs: light, dark. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f9, #0f1117);
  --surface: light-dark(#ffffff, #181b23);
  --line: light-dark(#dfe3ea, #2c313d);
  --control: light-dark(#868e9c, #6b7385);
  --text: light-dark(#171a21, #e8eaf0);
  --faint: light-dark(#565e6e, #a3abbb);
  --accent: light-dark(#4338ca, #a5b4fc);
  --on-accent: light-dark(#ffffff, #14172b);
  --good: light-dark(#0f6b3d, #7ee2a8);
  --good-ground: light-dark(#e3f6ea, #12301f);
  --fair: light-dark(#8a4b00, #f7c873);
  --fair-ground: light-dark(#fdf1dd, #352710);
  --bad: light-dark(#b0182b, #ff9aa5);
  --bad-ground: light-dark(#fdebed, #3a161c);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Code', 'DejaVu Sans Mono', Menlo, monospace;
}

* { box-sizing: border-box; }

body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif;
}

a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
code, kbd, pre { font-family: var(--mono); font-size: 0.9em; }

.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 1; padding: 0.5rem 1rem; background: var(--surface); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

header {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem 2rem;
  padding: 0.75rem max(1rem, calc((100% - 68rem) / 2 + 1rem));
  background: var(--surface);
  border-bottom: 1px solid var(--line);
}
.brand { font-weight: 700; color: var(--text); text-decoration: none; }
.brand span {
  margin-left: 0.25rem;
  padding: 0.1rem 0.5rem;
  border-radius: 1rem;
  background: var(--accent);
  color: var(--on-accent);
  font-size: 0.75rem;
}
nav ul { display: flex; flex-wrap: wrap; gap: 0 0.25rem; margin: 0; padding: 0; list-style: none; }
nav ul a {
  display: block;
  padding: 0.4rem 0.6rem;
  border-radius: 0.4rem;
  color: var(--faint);
  text-decoration: none;
}
nav ul a:hover { color: var(--text); background: var(--ground); }
nav ul a[aria-current] { color: var(--accent); font-weight: 600; box-shadow: inset 0 -2px var(--accent); border-radius: 0; }

main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { margin: 0 0 1rem; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 0.75rem; font-size: 1.15rem; }
h3 { margin: 1rem 0 0.25rem; font-size: 0.95rem; }
section { margin-top: 2rem; }
.below { margin-top: 1rem; }
p { margin: 0 0 0.75rem; }

table { width: 100%; border-collapse: collapse; background: var(--surface); border: 1px solid var(--line); }
th, td { padding: 0.55rem 0.75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--faint); font-size: 0.85rem; font-weight: 600; }
tbody tr:last-child td { border-bottom: 0; }
td { overflow-wrap: anywhere; }
td time, td code { white-space: nowrap; }
.wide { width: 40%; }
.number { font-variant-numeric: tabular-nums; }
@media (prefers-reduced-motion: no-preference) {
  tr.new { animation: arrive 1.2s; }
  @keyframes arrive { from { background: var(--good-ground); } }
}

.pill { padding: 0.1rem 0.55rem; border-radius: 1rem; font-size: 0.85rem; font-weight: 600; white-space: nowrap; }
.pill.good { background: var(--good-ground); color: var(--good); }
.pill.fair { background: var(--fair-ground); color: var(--fair); }
.pill.bad { background: var(--bad-ground); color: var(--bad); }
.pill.plain { background: var(--ground); color: var(--faint); }

.empty { padding: 1.5rem; border: 1px dashed var(--control); border-radius: 0.5rem; color: var(--faint); overflow-wrap: anywhere; }
table + .empty { margin-top: 0.75rem; }
.notice { margin: 0 0 1.5rem; padding: 1rem; border-radius: 0.5rem; background: var(--good-ground); border: 1px solid var(--good); }
.notice.bad { background: var(--bad-ground); border-color: var(--bad); }
.notice > :last-child { margin-bottom: 0; }
.secret { padding: 0.3rem 0.5rem; background: var(--surface); border: 1px solid var(--line); border-radius: 0.3rem; overflow-wrap: anywhere; user-select: all; }

form { max-width: 34rem; }
.inline { display: flex; align-items: end; gap: 0.5rem; margin-bottom: 1rem; }
.inline .field { margin: 0; }
.field { margin-bottom: 1rem; }
.pairs { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 0 1rem; }
label, legend { font-weight: 600; font-size: 0.95rem; }
fieldset { margin: 0 0 1rem; padding: 0; border: 0; }
.choice { display: flex; align-items: center; gap: 0.5rem; padding: 0.3rem 0; font-weight: 400; }
.choice input { width: 1.15rem; height: 1.15rem; accent-color: var(--accent); }
form > .choice { margin-bottom: 1rem; }
input:not([type='checkbox']), select, textarea {
  display: block;
  width: 100%;
  margin-top: 0.25rem;
  padding: 0.55rem 0.65rem;
  border: 1px solid var(--control);
  border-radius: 0.4rem;
  background: var(--surface);
  color: inherit;
  font: inherit;
}
::placeholder { color: var(--faint); opacity: 1; }
[aria-invalid] { border-color: var(--bad); }
.hint, .error { margin: 0.25rem 0 0; font-size: 0.9rem; }
.hint { color: var(--faint); }
.error { color: var(--bad); }

button, summary { cursor: pointer; }
button {
  padding: 0.5rem 0.9rem;
  border: 1px solid var(--control);
  border-radius: 0.4rem;
  background: var(--surface);
  color: inherit;
  font: inherit;
  font-weight: 600;
}
button.main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
button.danger { border-color: var(--bad); color: var(--bad); }
button:hover { filter: brightness(1.08); }
section > form + form, section > .confirm, form + .confirm { margin-top: 1rem; }
.confirm summary { width: fit-content; white-space: nowrap; padding: 0.15rem 0; color: var(--bad); }
.confirm > div { margin-top: 0.5rem; padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.4rem; }

.facts, .headers { margin: 0; background: var(--surface); border: 1px solid var(--line); }
.facts > div, .headers > div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0.4rem 0.75rem; border-bottom: 1px solid var(--line); }
.facts > div:last-child, .headers > div:last-child { border-bottom: 0; }
dt { flex: 0 0 11rem; color: var(--faint); overflow-wrap: anywhere; }
dd { flex: 1 1 14rem; margin: 0; overflow-wrap: anywhere; }
.headers { font-family: var(--mono); font-size: 0.85rem; }
pre { margin: 0; padding: 0.75rem; overflow: auto; max-height: 24rem; background: var(--surface); border: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }

.cards { display: grid; gap: 1rem; margin: 1rem 0; padding: 0; list-style: none; }
.cards > li { padding: 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 0.5rem; min-width: 0; }
ul.cards { grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); }
meter { width: 100%; height: 1.25rem; }
.pages { display: flex; gap: 1rem; margin-top: 1rem; }

@media (max-width: 44rem) {
  table, tbody, tr, td { display: block; width: 100%; }
  table { border: 0; background: none; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { margin-bottom: 0.75rem; padding: 0.4rem 0; background: var(--surface); border: 1px solid var(--line); border-radius: 0.5rem; }
  td { display: flex; gap: 0.75rem; padding: 0.3rem 0.75rem; border: 0; }
  td.wide { width: 100%; }
  td::before { content: attr(data-label); flex: 0 0 6rem; color: var(--faint); font-size: 0.9rem; }
  dt { flex-basis: 100%; }
}
`;
