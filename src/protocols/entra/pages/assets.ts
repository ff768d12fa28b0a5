export interface Asset {
  readonly type: string
  readonly text: string
}

const css = `:root {
  color-scheme: light dark;
  --back: #f2f4f7;
  --card: #ffffff;
  --text: #1c2430;
  --soft: #55606f;
  --line: #8a94a3;
  --accent: #1f5fbf;
  --on-accent: #ffffff;
  --bad: #a61b1b;
  --bad-back: #fdecec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #12161c;
    --card: #1b212a;
    --text: #e8ecf1;
    --soft: #a9b3c0;
    --line: #6c7787;
    --accent: #8ab8ff;
    --on-accent: #0d1520;
    --bad: #ffb3b3;
    --bad-back: #3a1d20;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  display: grid;
  place-items: center;
  padding: 1.5rem;
  background: var(--back);
  color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif;
}
main {
  width: 100%;
  max-width: 27rem;
  padding: 2.25rem;
  background: var(--card);
  border-radius: 0.75rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / 0.12), 0 12px 32px rgb(0 0 0 / 0.08);
}
.brand { display: flex; align-items: center; gap: 0.6rem; margin: 0 0 1.25rem; color: var(--soft); font-weight: 600; }
h1 { margin: 0 0 0.5rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650; }
p { margin: 0 0 1rem; }
.soft { color: var(--soft); }
label { display: block; margin: 1rem 0 0.35rem; font-weight: 600; }
input:not([type="hidden"]) {
  width: 100%;
  padding: 0.65rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.45rem;
  background: transparent;
  color: inherit;
  font: inherit;
}
input.code { font: 600 1.35rem/1.4 ui-monospace, monospace; letter-spacing: 0.18em; text-transform: uppercase; }
input[aria-invalid="true"] { border-color: var(--bad); }
input[readonly] { border-style: dashed; color: var(--soft); }
.buttons { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1.75rem; }
button {
  flex: 1 1 8rem;
  min-height: 2.75rem;
  padding: 0.5rem 1rem;
  border: 1px solid var(--accent);
  border-radius: 0.45rem;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
button.other { background: transparent; color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.error { margin: 1rem 0 0; padding: 0.75rem 0.9rem; border-left: 4px solid var(--bad); border-radius: 0.3rem; background: var(--bad-back); color: var(--bad); }
.account { padding: 0.75rem 0.9rem; border: 1px solid var(--line); border-radius: 0.45rem; overflow-wrap: anywhere; }
.account strong { display: block; }
dl { margin: 1rem 0 0; font-size: 0.875rem; color: var(--soft); overflow-wrap: anywhere; }
dt { font-weight: 600; }
dd { margin: 0 0 0.5rem; }
`

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f5fbf"/><path d="M9 24V14l7-6 7 6v10h-5v-5.2a2.6 2.6 0 1 0-4 0V24z" fill="#fff"/></svg>
`

/** Who has no script presses the button. */
const formPost = `document.forms[0].submit()
`

/** The files that pages are made of. */
export const assets: Readonly<Record<string, Asset>> = {
  'page.css': { type: 'text/css; charset=utf-8', text: css },
  'icon.svg': { type: 'image/svg+xml', text: icon },
  'form-post.js': { type: 'text/javascript; charset=utf-8', text: formPost },
}
