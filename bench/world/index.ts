export { removeWorld, sweepLeftovers } from './cleanup.ts';
export type { Fault, Injected, Truth } from './faults/fault.ts';
export { FAULTS, type FaultName, findFault } from './faults/index.ts';
export type { Ledger, LedgerEntry, ServerCounts } from './ledger.ts';
export type { LoadOptions } from './load.ts';
export type { Behaviour, Journeys } from './service/protocol.ts';
export { startWorld } from './world.ts';
export type { PodInfo, World, WorldOptions } from './world-types.ts';
