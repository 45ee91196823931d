import { OWN_SHARE } from '../thresholds.ts';

/** What one member of a cycle answers for: excess (time, failures) that came in, and that its own calls had. */
export interface Account {
  came: number;
  passed: number;
  /** The parts of both that were exchanged with members of the same cycle. */
  cameInside: number;
  passedInside: number;
}

export const emptyAccount = (): Account => ({ came: 0, passed: 0, cameInside: 0, passedInside: 0 });

/**
 * The share of its excess that each member of one cycle keeps. A request may pass a member twice and call on only once, so
 * what a member's calls added is held against all that it answered, whoever asked. Where these accounts clear every member and
 * the cycle as a whole has more than what left it, the cycle is condensed: all members keep what is the cycle's own.
 */
export function sharesInCycle<K>(accounts: ReadonlyMap<K, Account>): ReadonlyMap<K, number> {
  const own = new Map([...accounts].map(([member, { came, passed }]) => [member, shareLeft(came, passed)]));
  if ([...own.values()].some((share) => share >= OWN_SHARE)) return own;
  let [came, passed] = [0, 0];
  for (const account of accounts.values()) {
    came += account.came - account.cameInside;
    passed += account.passed - account.passedInside;
  }
  const whole = shareLeft(came, passed);
  return whole < OWN_SHARE ? own : new Map([...own].map(([member]) => [member, whole]));
}

function shareLeft(came: number, passed: number): number {
  return came > 0 ? Math.min(1, Math.max(0, 1 - Math.max(0, passed) / came)) : 0;
}
