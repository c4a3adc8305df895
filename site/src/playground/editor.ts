import { javascript } from '@codemirror/lang-javascript';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView, basicSetup } from 'codemirror';
import { tags } from '@lezer/highlight';

export interface Editor {
  code: string;
}

/** Colours that Starlight has in both themes. */
const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: 'var(--code-function)' },
]);

export function createEditor(parent: HTMLElement, code: string): Editor {
  const view = new EditorView({
    doc: code,
    parent,
    extensions: [
      syntaxHighlighting(highlighting),
      basicSetup,
      javascript({ typescript: true }),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': 'Program' }),
      EditorView.theme({
        '&': { backgroundColor: 'transparent', color: 'inherit', fontSize: '0.875rem' },
        '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--sl-color-gray-2)', border: 'none' },
        '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
        '.cm-content': { fontFamily: 'var(--__sl-font-mono)', caretColor: 'var(--sl-color-white)' },
        '.cm-cursor': { borderLeftColor: 'var(--sl-color-white)' },
        '&.cm-focused': { outline: '2px solid var(--sl-color-accent)' },
      }),
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
