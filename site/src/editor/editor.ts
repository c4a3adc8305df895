import { javascript } from '@codemirror/lang-javascript';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Compartment } from '@codemirror/state';
import { EditorView, basicSetup } from 'codemirror';
import { tags } from '@lezer/highlight';
import type { LanguageClient } from './language-client.ts';
import type { Problem } from './language.ts';

export interface Editor {
  code: string;
  /** Loads TypeScript, which completes, describes and checks from then on. */
  readonly loadTypes: (onCheck: (problems: readonly Problem[]) => void) => Promise<void>;
  readonly focus: () => void;
  readonly dispose: () => void;
}

/** Colours that Starlight has in both themes. */
const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: 'var(--code-function)' },
]);

const theme = EditorView.theme({
  '&': { backgroundColor: 'transparent', color: 'inherit', fontSize: '0.875rem' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--sl-color-gray-2)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '.cm-content': { fontFamily: 'var(--__sl-font-mono)', caretColor: 'var(--sl-color-white)' },
  '.cm-cursor': { borderLeftColor: 'var(--sl-color-white)' },
  '&.cm-focused': { outline: '2px solid var(--sl-color-accent)' },
  '.cm-tooltip, .cm-panels': {
    border: '1px solid var(--sl-color-gray-4)',
    borderRadius: '0.375rem',
    backgroundColor: 'var(--sl-color-bg-nav)',
    color: 'var(--sl-color-white)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--sl-color-text-accent)',
    color: 'var(--sl-color-black)',
  },
  '.cm-tooltip .cm-description': {
    maxWidth: 'min(32rem, 90vw)',
    maxHeight: '16rem',
    overflow: 'auto',
    padding: '0.5rem',
  },
  '.cm-description code': { whiteSpace: 'pre-wrap', fontFamily: 'var(--__sl-font-mono)', fontSize: '0.8125rem' },
  '.cm-description p': { margin: '0.5rem 0 0', fontSize: '0.8125rem' },
});

export function createEditor(parent: HTMLElement, code: string): Editor {
  const types = new Compartment();
  let loading: Promise<void> | undefined;
  let client: LanguageClient | undefined;
  let isDisposed = false;
  const view = new EditorView({
    doc: code,
    parent,
    extensions: [
      syntaxHighlighting(highlighting),
      types.of([]),
      basicSetup,
      javascript({ typescript: true }),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': 'Program' }),
      theme,
    ],
  });

  async function load(onCheck: (problems: readonly Problem[]) => void): Promise<void> {
    const [{ LanguageClient }, { typeSupport }] = await Promise.all([
      import('./language-client.ts'),
      import('./types.ts'),
    ]);
    if (isDisposed) return;
    const started = new LanguageClient();
    client = started;
    // The first answer shows that it is there.
    onCheck(await started.ask('check', view.state.doc.toString()));
    view.dispatch({ effects: types.reconfigure(typeSupport(started, onCheck)) });
  }

  return {
    get code() {
      return view.state.doc.toString();
    },
    set code(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    loadTypes: (onCheck) =>
      (loading ??= load(onCheck).catch((error: unknown) => {
        // The next try starts anew.
        client?.dispose();
        loading = undefined;
        throw error;
      })),
    focus: () => view.focus(),
    dispose: () => {
      isDisposed = true;
      client?.dispose();
      view.destroy();
    },
  };
}
