// The suite as a program: its input is the argument, what it saw is printed.
import process from 'node:process';
import { runSuite, type SuiteInput } from './suite.ts';

// A boundary: the test wrote it.
void runSuite(JSON.parse(process.argv[2] ?? '') as SuiteInput).then((suite) => console.log(JSON.stringify(suite)));
