// Runs schedules: `node test/rate-limit/support/whole-clients/run.ts <first seed> <count>`. Prints the seeds that fail, and
// what is wrong with them. To replay one, run it alone.
import { installVirtualRuntime } from './virtual-runtime.ts';

installVirtualRuntime();
const { planOf } = await import('./plan.ts');
const { runSchedule } = await import('./schedule.ts');

const [first = 1, count = 1000] = process.argv.slice(2).map(Number);
let failed = 0;
for (let seed = first; seed < first + count && failed < 5; seed += 1) {
  const problems = await runSchedule(seed);
  if (problems.length === 0) continue;
  failed += 1;
  console.log(`seed ${seed}: ${problems.join('; ')}`);
  if (count === 1) console.log(JSON.stringify(planOf(seed), undefined, 2));
}
console.log(`${failed} of ${count} failed`);
process.exit(failed > 0 ? 1 : 0);
