import { callsAtOnce } from './calls-at-once.ts';
import type { Demonstration } from './demonstration.ts';
import { interactiveCall } from './interactive-call.ts';
import { lostAnswer } from './lost-answer.ts';
import { movingList } from './moving-list.ts';
import { outage, unavailable } from './outage.ts';

/** All demonstrations, by the names that the page uses. */
export const demonstrations: Readonly<Record<string, Demonstration>> = {
  'calls-at-once': callsAtOnce,
  'moving-list': movingList,
  'lost-answer': lostAnswer,
  outage,
  unavailable,
  'interactive-call': interactiveCall,
};
