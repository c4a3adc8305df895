import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const contexts = join(import.meta.dirname, '../context');

/** What readers of the guides have in programs of their own: the module of `context/` that exports it, by its name. */
const givers = new Map(
  readdirSync(contexts).flatMap((name) => {
    const exported = readFileSync(join(contexts, name), 'utf8').matchAll(/^export (?:const )?[[{ ]*([\w, ]+)/gm);
    const names = Array.from(exported, ([, list = '']) => list.split(',')).flat();
    return names.map((each) => [each.trim(), join(contexts, name)] as const);
  }),
);

/** The import or the declaration of each of these names. */
const statements = new Map(
  readdirSync(contexts).flatMap((name) => {
    const text = readFileSync(join(contexts, name), 'utf8');
    return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true).statements.flatMap(namesOf);
  }),
);

function namesOf(statement: ts.Statement): (readonly [name: string, statement: string])[] {
  const text = statement.getText().replace(/^export /, '');
  if (ts.isVariableStatement(statement))
    return Array.from(/^const [[{ ]*([\w, ]+)/.exec(text)?.[1]?.split(',') ?? [], (name) => [name.trim(), text]);
  const [, list = '', module] = /^import \{ (.+) \} from (.+;)$/.exec(text) ?? [];
  return list.split(', ').map((name) => [name.replace('type ', ''), `import { ${name} } from ${module}`]);
}

/** A block of code as a program, which imports what it uses and doesn't declare. */
export function programOf(block: string): string {
  const needed = new Set(undeclaredIn(block).filter((name) => givers.has(name)));
  const imports = [...needed].map((name) => `import { ${name} } from ${JSON.stringify(givers.get(name))};\n`);
  return imports.join('') + block;
}

/** As {@link programOf}, in one module, for the playground. */
export function inlined(block: string): string {
  const imports: string[] = [];
  const before: string[] = [];
  for (let text = block; ; text = [...imports, ...before, block].join('\n')) {
    const known = new Set([...imports, ...before]);
    const needed = undeclaredIn(text).flatMap((name) => statements.get(name) ?? []);
    const added = [...new Set(needed)].filter((statement) => !known.has(statement));
    if (added.length === 0) break;
    for (const statement of added) (statement.startsWith('import') ? imports : before).unshift(statement);
  }
  if (before.length > 0) before.unshift('// Your program has these already.');
  return [imports, before, [block]].flatMap((part) => (part.length > 0 ? [part.join('\n')] : [])).join('\n\n');
}

/** The names that TypeScript does not find. Nothing is resolved for it, so that this takes no time. */
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
