import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

interface Import {
  readonly module: string;
  /** What stands between the braces, or the whole statement if it has none. */
  readonly specifier: string;
  readonly inBraces: boolean;
}

/** What a reader of the guides has: an import or a statement of `context/`, and the names that it declares. */
interface Given {
  readonly names: readonly string[];
  readonly uses: readonly string[];
  readonly source: Import | string;
}

const contexts = join(import.meta.dirname, '../context');

const given = readdirSync(contexts).flatMap((name) =>
  parse(readFileSync(join(contexts, name), 'utf8')).statements.flatMap(givenBy),
);
const givers = new Map<string, Given>();
for (const each of given) {
  for (const name of each.names) {
    if (givers.has(name)) throw new Error(`${name} is declared twice in context/.`);
    givers.set(name, each);
  }
}

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

  const imports: Import[] = [];
  const statements: string[] = [];
  for (const each of given) {
    if (!needed.has(each)) continue;
    if (typeof each.source === 'string') statements.push(each.source);
    else imports.push(each.source);
  }
  imports.push(...file.statements.filter(ts.isImportDeclaration).flatMap(importsOf));
  const before = statements.length === 0 ? [] : [['// Your program has these already.', ...statements].join('\n')];
  return [importLines(imports).join('\n'), ...before, withoutImports(file)].filter((part) => part !== '').join('\n\n');
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('block.ts', text, ts.ScriptTarget.Latest, true);
}

function givenBy(statement: ts.Statement): Given[] {
  if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) {
    return importsOf(statement).map((source) => ({ names: [localName(source)], uses: [], source }));
  }
  const source = statement.getText().replace(/^export /, '');
  const inside = new Set(declaredIn(statement));
  const uses = usedIn(statement).filter((name) => !inside.has(name));
  return [{ names: declaredIn(statement, true), uses, source }];
}

/** Of a module that is not a part of the context itself. */
function importsOf(statement: ts.ImportDeclaration | ts.ExportDeclaration): Import[] {
  const module =
    statement.moduleSpecifier && ts.isStringLiteral(statement.moduleSpecifier) && statement.moduleSpecifier.text;
  if (module === undefined || module === false || module.startsWith('./')) return [];
  const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
  if (bindings && (ts.isNamedImports(bindings) || ts.isNamedExports(bindings)))
    return bindings.elements.map((element) => ({ module, specifier: element.getText(), inBraces: true }));
  return [{ module, specifier: statement.getText(), inBraces: false }];
}

function localName({ specifier }: Import): string {
  return /(\w+)(?: from '.+';)?$/.exec(specifier)?.[1] ?? '';
}

function importLines(imports: readonly Import[]): string[] {
  const whole = imports.filter(({ inBraces }) => !inBraces).map(({ specifier }) => specifier);
  const named = Map.groupBy(
    imports.filter(({ inBraces }) => inBraces),
    ({ module }) => module,
  );
  const lines = Array.from(named, ([module, each]) => {
    const specifiers = new Set(each.map(({ specifier }) => specifier));
    return `import { ${[...specifiers].join(', ')} } from '${module}';`;
  });
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

/** The names that are declared in a node, or, with `outside`, those of a statement that others can use. */
function declaredIn(node: ts.Node, outside = false): string[] {
  const names: string[] = [];
  const visit = (each: ts.Node): void => {
    if (isDeclaration(each) && each.name !== undefined && ts.isIdentifier(each.name)) names.push(each.name.text);
    if (!outside || !(ts.isFunctionLike(each) || isInitializer(each))) ts.forEachChild(each, visit);
  };
  visit(node);
  return names;
}

function isInitializer(node: ts.Node): boolean {
  return ts.isVariableDeclaration(node.parent) && node.parent.initializer === node;
}

function isDeclaration(node: ts.Node): node is ts.NamedDeclaration {
  return (
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isImportSpecifier(node) ||
    ts.isImportClause(node) ||
    ts.isNamespaceImport(node)
  );
}

/** The names in a node that may refer to something outside it. */
function usedIn(node: ts.Node): string[] {
  const names = new Set<string>();
  const visit = (each: ts.Node): void => {
    if (ts.isIdentifier(each) && !isNameOfMember(each)) names.add(each.text);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return [...names];
}

function isNameOfMember(name: ts.Identifier): boolean {
  const { parent } = name;
  if (ts.isBindingElement(parent)) return parent.propertyName === name;
  return (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodDeclaration(parent)) &&
    parent.name === name
  );
}
