import type { Plugin } from 'vite';
import { typeFiles } from './declarations.ts';

const id = 'virtual:type-files';

/** Makes the declarations a module of the worker that the editor's TypeScript runs in. */
export function typesOfPrograms(): Plugin {
  return {
    name: 'types-of-programs',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) => (source === `\0${id}` ? `export default ${JSON.stringify(typeFiles())}` : undefined),
  };
}
