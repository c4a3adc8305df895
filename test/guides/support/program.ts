import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

interface Import {
  readonly module: string;
  /** What stands between the braces, or the whole statement if it has none. */
  readonly specifier: string;
  readonly inBraces: boolean;
}

/** What a reader of the guides has: an import or a statement of `context/`, the names that it declares, and those that it uses. */
interface Given {
  readonly names: readonly string[];
  readonly uses: readonly string[];
  readonly source: Import | string;
}

const { SyntaxKind: kind } = ts;
const declarations = new Set([
  ...[kind.VariableDeclaration, kind.Parameter, kind.BindingElement, kind.FunctionDeclaration, kind.ClassDeclaration],
  ...[kind.InterfaceDeclaration, kind.ImportSpecifier, kind.ImportClause, kind.NamespaceImport],
]);
const members = new Set([
  ...[kind.PropertyAccessExpression, kind.PropertyAssignment, kind.PropertySignature, kind.MethodDeclaration],
]);

const contexts = join(import.meta.dirname, '../context');
const given = readdirSync(contexts).flatMap((name) =>
  parse(readFileSync(join(contexts, name), 'utf8')).statements.flatMap(givenBy),
);
const givers = new Map(given.flatMap((each) => each.names.map((name) => [name, each] as const)));

/** A block of code as a program: before it stands what it uses and doesn't declare, from `context/`, and before that the imports of both. */
export function programOf(block: string): string {
  const file = parse(block);
  const own = new Set(declaredIn(file));
  const needed = new Set<Given>();
  const need = (names: readonly string[]): void => {
    for (const name of names) {
      const giver = own.has(name) ? undefined : givers.get(name);
      if (giver === undefined || needed.has(giver)) continue;
      needed.add(giver);
      need(giver.uses);
    }
  };
  need(usedIn(file));

  const sources = given.filter((each) => needed.has(each)).map(({ source }) => source);
  const statements = sources.filter((source) => typeof source === 'string');
  const imports = [...sources.filter((source) => typeof source !== 'string'), ...file.statements.flatMap(importsOf)];
  const before = statements.length === 0 ? '' : ['// Your program has these already.', ...statements].join('\n');
  return [importLines(imports).join('\n'), before, withoutImports(file)].filter((part) => part !== '').join('\n\n');
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('block.ts', text, ts.ScriptTarget.Latest, true);
}

function givenBy(statement: ts.Statement): Given[] {
  if (!ts.isVariableStatement(statement)) {
    const localName = ({ specifier }: Import) => /(\w+)(?: from '.+';)?$/.exec(specifier)?.[1] ?? '';
    return importsOf(statement).map((source) => ({ names: [localName(source)], uses: [], source }));
  }
  const names = statement.declarationList.declarations.flatMap(({ name }) => identifiersIn(name));
  const inside = new Set(declaredIn(statement));
  const uses = usedIn(statement).filter((name) => !inside.has(name));
  return [{ names: names.map(({ text }) => text), uses, source: statement.getText().replace(/^export /, '') }];
}

/** What a statement imports, or exports from another module. */
function importsOf(statement: ts.Statement): Import[] {
  if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
  const module = /from '(.+)'/.exec(statement.getText())?.[1];
  if (module === undefined) return [];
  const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
  if (bindings && (ts.isNamedImports(bindings) || ts.isNamedExports(bindings)))
    return bindings.elements.map((element) => ({ module, specifier: element.getText(), inBraces: true }));
  return [{ module, specifier: statement.getText(), inBraces: false }];
}

function importLines(imports: readonly Import[]): string[] {
  const whole = imports.filter(({ inBraces }) => !inBraces).map(({ specifier }) => specifier);
  const inBraces = imports.filter((each) => each.inBraces);
  const lines = Array.from(
    Map.groupBy(inBraces, ({ module }) => module),
    ([module, each]) => {
      const specifiers = new Set(each.map(({ specifier }) => specifier));
      return `import { ${[...specifiers].join(', ')} } from '${module}';`;
    },
  );
  return [...whole, ...lines];
}

/** With the comments that stand behind the imports. */
function withoutImports(file: ts.SourceFile): string {
  let text = file.text;
  for (const statement of file.statements.filter(ts.isImportDeclaration).toReversed()) {
    const lineEnd = text.indexOf('\n', statement.end);
    text = text.slice(0, statement.getStart()) + text.slice(lineEnd === -1 ? text.length : lineEnd + 1);
  }
  return `${text.trim()}\n`;
}

function identifiersIn(node: ts.Node): ts.Identifier[] {
  const found: ts.Identifier[] = ts.isIdentifier(node) ? [node] : [];
  ts.forEachChild(node, (child) => void found.push(...identifiersIn(child)));
  return found;
}

/** Whether it is the name of its parent, which is of one of the kinds. Each of these has a name. */
function isNameOf(kinds: ReadonlySet<ts.SyntaxKind>, node: ts.Identifier): boolean {
  return kinds.has(node.parent.kind) && (node.parent as ts.NamedDeclaration).name === node;
}

function declaredIn(node: ts.Node): string[] {
  return identifiersIn(node).flatMap((each) => (isNameOf(declarations, each) ? each.text : []));
}

/** The names in a node that may refer to something outside it. */
function usedIn(node: ts.Node): string[] {
  const isMember = (each: ts.Identifier) =>
    isNameOf(members, each) || (ts.isBindingElement(each.parent) && each.parent.propertyName === each);
  return identifiersIn(node).flatMap((each) => (isMember(each) ? [] : each.text));
}
