import { ordinaryDays } from './ordinary-days.ts';
import { badDays } from './bad-days.ts';
import { programs } from './programs.ts';
import type { Row } from './row.ts';

export { outages } from './outages.ts';

/** The rows that use virtual time. */
export const setUps: readonly Row[] = [...ordinaryDays, ...badDays, ...programs].sort((a, b) => a.row - b.row);
