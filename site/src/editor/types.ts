import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { linter } from '@codemirror/lint';
import type { Extension } from '@codemirror/state';
import {
  activateHover,
  closeHoverTooltips,
  type EditorView,
  hasHoverTooltips,
  hoverTooltip,
  keymap,
} from '@codemirror/view';
import type { LanguageClient } from './language-client.ts';
import type { Description, Problem } from './language.ts';

/** Completion, hover and type errors. F1 describes what the cursor is at, and Escape closes the description. */
export function typeSupport(client: LanguageClient, onCheck: (problems: readonly Problem[]) => void): Extension {
  const hover = hoverTooltip(
    async (view, position) => {
      const found = await client.ask('describe', view.state.doc.toString(), position);
      return found ? { pos: found.from, end: found.to, above: true, create: () => ({ dom: describe(found) }) } : null;
    },
    { hideOnChange: true },
  );
  const showHover = (view: EditorView): boolean => {
    activateHover(view, view.state.selection.main.head, 1, {
      tooltip: hover,
      until: ({ docChanged, selection }) => docChanged || selection !== undefined,
    });
    return true;
  };
  const closeHover = (view: EditorView): boolean => {
    if (!hasHoverTooltips(view.state)) return false;
    view.dispatch({ effects: closeHoverTooltips });
    return true;
  };
  return [
    autocompletion({ override: [(context) => complete(client, context)] }),
    hover,
    keymap.of([
      { key: 'F1', run: showHover },
      { key: 'Escape', run: closeHover },
    ]),
    linter(
      async ({ state }) => {
        const problems = await client.ask('check', state.doc.toString());
        onCheck(problems);
        return problems.map((problem) => ({ ...problem, severity: 'error' }));
      },
      { delay: 400 },
    ),
  ];
}

async function complete(client: LanguageClient, context: CompletionContext): Promise<CompletionResult | null> {
  if (!context.explicit && !context.matchBefore(/[\w$.'"/@]$/)) return null;
  const code = context.state.doc.toString();
  const found = await client.ask('complete', code, context.pos);
  if (!found || context.aborted) return null;
  const options = found.entries.map(({ name, kind, isNear }): Completion => ({
    label: name,
    type: kind,
    boost: isNear ? 1 : 0,
    info: async () => {
      const detail = await client.ask('detail', code, context.pos, name);
      return detail ? describe(detail) : null;
    },
  }));
  return { from: found.from, options, validFor: /^[\w$]*$/ };
}

function describe({ signature, documentation }: Description): HTMLElement {
  const box = document.createElement('div');
  box.className = 'cm-description';
  const code = document.createElement('code');
  code.textContent = signature;
  box.append(code);
  for (const paragraph of documentation.split(/\n{2,}/)) {
    if (paragraph === '') continue;
    const text = document.createElement('p');
    text.textContent = paragraph;
    box.append(text);
  }
  return box;
}
