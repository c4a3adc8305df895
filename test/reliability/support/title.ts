import { peerVersion } from '../../../bench/shared/peers.ts';

/** The head of a column: the library, with its version if it is another's. */
export function title(name: string): string {
  const version = peerVersion(name);
  return version === 'unknown' ? name : `${name} ${version}`;
}
