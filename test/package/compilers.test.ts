import { compileWith } from './support/compile.ts';
import { compilers } from './support/matrix.ts';

compileWith(compilers.slice(0, 1));
