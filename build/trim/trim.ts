import ts from 'typescript';
import type { Cuts } from './cuts.ts';

/**
 * Replaces in a file what the SDK never uses; the bundler drops what that leaves unreferenced.
 *
 * @param trap The body of functions that never run.
 * @throws Error if the file does not have what is to be cut.
 */
export function trim(file: string, code: string, cuts: Cuts, trap = '{}'): string {
  const { unreachable = [], append = '' } = cuts;
  const definitions = new Map(Object.entries(cuts.definitions ?? {}));
  for (const name of unreachable) definitions.set(name, trap);
  const expressions = new Map(Object.entries(cuts.expressions ?? {}));
  const missing = new Set([...definitions.keys(), ...expressions.keys()]);

  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    const definition = definitionIn(node);
    const place = definition?.body ?? node;
    const name = definition?.name ?? node.getText();
    const text = definition ? definitions.get(name) : isRead(node) ? expressions.get(name) : undefined;
    if (text === undefined) return ts.forEachChild(node, visit);
    missing.delete(name);
    edits.push({ start: place.getStart(), end: place.end, text });
  };
  ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true).forEachChild(visit);
  if (missing.size > 0) throw new Error(`${file} has no ${[...missing].join(', ')}: bring build/trim up to date.`);

  return edits.reduceRight((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), code) + append;
}

/** The body of a function, or the value of a constant, and its name. */
function definitionIn(node: ts.Node): { name: string; body: ts.Node } | undefined {
  if (ts.isVariableDeclaration(node) && node.initializer) {
    const { name, initializer } = node;
    return { name: name.getText(), body: ts.isArrowFunction(initializer) ? initializer.body : initializer };
  }
  if (isAssignment(node) && ts.isArrowFunction(node.right)) {
    return { name: node.left.getText(), body: node.right.body };
  }
  const isFunction = ts.isMethodDeclaration(node) || ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node);
  return isFunction && node.name && node.body ? { name: node.name.getText(), body: node.body } : undefined;
}

/** Whether it is an expression whose value is read, and not a name, or what a value is assigned to. */
function isRead(node: ts.Node): boolean {
  const { parent } = node;
  if (!ts.isExpression(node) || ('name' in parent && parent.name === node)) return false;
  return !isAssignment(parent) || parent.left !== node;
}

function isAssignment(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}
