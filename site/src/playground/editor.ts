import { typescriptLanguage } from '@codemirror/lang-javascript';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { EditorView, minimalSetup } from 'codemirror';

/** The colors of the blocks in the guides. */
const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operator, tags.function(tags.punctuation)], color: 'light-dark(#cf222e, #ff7b72)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'light-dark(#0a3069, #a5d6ff)' },
  {
    tag: [tags.number, tags.bool, tags.null, tags.definition(tags.variableName)],
    color: 'light-dark(#0550ae, #79c0ff)',
  },
  { tag: tags.derefOperator, color: 'inherit' },
  { tag: tags.comment, color: 'light-dark(#59636e, #8b949e)', fontStyle: 'italic' },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.className],
    color: 'light-dark(#8250df, #d2a8ff)',
  },
]);

const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--sl-color-white)', fontSize: 'var(--sl-text-code)' },
  '.cm-gutters': { background: 'none', color: 'var(--sl-color-gray-3)', borderColor: 'var(--line)' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 0.5rem 0 0.75rem' },
  '.cm-scroller': { font: 'inherit', fontFamily: 'var(--__sl-font-mono)', lineHeight: 1.65 },
  '.cm-content': { padding: '0.75rem 0', caretColor: 'var(--sl-color-white)' },
  '.cm-line': { padding: '0 0.75rem 0 calc(0.75rem + 2ch)', textIndent: '-2ch' },
  '.cm-cursor': { borderLeftColor: 'var(--sl-color-white)' },
  '&.cm-focused': { outline: '2px solid var(--sl-color-accent)' },
});

export function createEditor(parent: HTMLElement, code: string): { code: string } {
  const view = new EditorView({
    doc: code,
    parent,
    extensions: [
      syntaxHighlighting(highlighting),
      minimalSetup,
      lineNumbers(),
      // Without the completion that `javascript()` adds.
      typescriptLanguage,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': 'Program' }),
      theme,
    ],
  });
  return {
    get code() {
      return view.state.doc.toString();
    },
    set code(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
  };
}
