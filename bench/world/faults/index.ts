import { FaultlineError } from '../../../probe/index.ts';
import { badInstance, badVersion, resets, slowInstance, slowVersion } from './behaviour.ts';
import { badCaller, badPairing } from './caller.ts';
import { drops, hungInstance, overload, refuses, slowDatabase } from './dependency.ts';
import type { Fault } from './fault.ts';
import { slowNode, starvedInstance, zoneLoss } from './node.ts';
import { blockedPair, nodeDelay, pathLoss } from './path.ts';
import { badRollout, rollout, zoneRollout } from './rollout.ts';

const nothing: Fault = {
  summary: 'nothing happens: every finding is a false one',
  places: ['everywhere'],
  inject: async () => ({ truth: null, undo: async () => {} }),
};

/** The faults that can be switched on, by name. */
export const FAULTS = {
  nothing,
  'bad-version': badVersion,
  'slow-version': slowVersion,
  'bad-instance': badInstance,
  'slow-instance': slowInstance,
  'slow-node': slowNode,
  'zone-loss': zoneLoss,
  'starved-instance': starvedInstance,
  'hung-instance': hungInstance,
  'node-delay': nodeDelay,
  'path-loss': pathLoss,
  'blocked-pair': blockedPair,
  'bad-caller': badCaller,
  'bad-pairing': badPairing,
  resets,
  refuses,
  drops,
  'slow-database': slowDatabase,
  overload,
  rollout,
  'bad-rollout': badRollout,
  'zone-rollout': zoneRollout,
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;

/** A fault and one of its places, the usual one unless named. Throws FL-621 for what there is not. */
export function findFault(name: string, place?: string): { readonly fault: Fault; readonly place: string } {
  const fault: Fault | undefined = Object.hasOwn(FAULTS, name) ? FAULTS[name as FaultName] : undefined;
  const where = place ?? fault?.places[0];
  if (fault !== undefined && where !== undefined && fault.places.includes(where))
    return { fault, place: where };
  throw new FaultlineError(
    'FL-621',
    fault === undefined ? `There is no fault "${name}".` : `The fault ${name} has no place "${place}".`,
    `Choose one of: ${(fault === undefined ? Object.keys(FAULTS) : fault.places).join(', ')}.`,
  );
}
