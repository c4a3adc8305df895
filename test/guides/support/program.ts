import { readFileSync } from 'node:fs';
import ts from 'typescript';

const context = readFileSync(new URL('../context.ts', import.meta.url), 'utf8');

/** What readers of the guides already have in their programs: by name, the import or declaration in `context.ts`. */
const statements = new Map(
  ts.createSourceFile('context.ts', context, ts.ScriptTarget.Latest, true).statements.flatMap(namesOf),
);

function namesOf(statement: ts.Statement): (readonly [name: string, statement: string])[] {
  const text = statement
    .getText()
    .replace(/^export (?={)/, 'import ')
    .replace(/^export /, '');
  const [, declared = ''] = /^const [[{ ]*([\w, ]+)/.exec(text) ?? [];
  if (declared !== '') return declared.split(',').map((name) => [name.trim(), text]);
  const [, whole] = /^import (?:\* as )?(\w+) from/.exec(text) ?? [];
  if (whole !== undefined) return [[whole, text]];
  const [, list = '', module] = /^import { (.+) } from (.+;)$/.exec(text) ?? [];
  return list.split(', ').map((name) => [name.replace('type ', ''), `import { ${name} } from ${module}`]);
}

/** A code block as a program, preceded by what it uses and doesn't declare. */
export function programOf(block: string): string {
  const needed = new Set<string>();
  for (let size = -1; needed.size > size;) {
    size = needed.size;
    for (const name of undeclaredIn([...needed, block].join('\n'))) needed.add(statements.get(name) ?? '');
    needed.delete('');
  }
  const imports: string[] = [];
  const before: string[] = [];
  // In the order of `context.ts`, because one may use another.
  for (const each of new Set(statements.values()))
    if (needed.has(each)) (each.startsWith('import') ? imports : before).push(each);
  if (before.length > 0) before.unshift('// Your program has these already.');
  return [imports, before, [block]].flatMap((part) => (part.length > 0 ? [part.join('\n')] : [])).join('\n\n');
}

/** The names that TypeScript doesn't find. Nothing is resolved, which keeps this fast. */
function undeclaredIn(block: string): string[] {
  const file = ts.createSourceFile('block.ts', block, ts.ScriptTarget.Latest, true);
  const options = { noLib: true, noResolve: true, types: [], target: ts.ScriptTarget.Latest };
  const host = { ...ts.createCompilerHost(options), getSourceFile: () => file };
  const cannotFind = new Set([2304, 2552, 18_004]);
  const found = ts.createProgram(['block.ts'], options, host).getSemanticDiagnostics(file);
  return found.flatMap(({ code, start = 0, length }) =>
    cannotFind.has(code) ? block.slice(start, start + (length ?? 0)) : [],
  );
}
