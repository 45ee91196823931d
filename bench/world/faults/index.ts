import { badInstance, badVersion, slowInstance, slowVersion } from './behaviour.ts';
import { drops, overload, refuses, slowDatabase } from './dependency.ts';
import type { Fault } from './fault.ts';
import { slowNode, zoneLoss } from './node.ts';
import { nodeDelay } from './path.ts';
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
  'node-delay': nodeDelay,
  refuses,
  drops,
  'slow-database': slowDatabase,
  overload,
  rollout,
  'bad-rollout': badRollout,
  'zone-rollout': zoneRollout,
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;
