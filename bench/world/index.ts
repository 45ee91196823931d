export { removeWorld, sweepLeftovers } from './cleanup.ts';
export type { Fault, Injected, Truth } from './faults/fault.ts';
export { FAULTS, type FaultName, findFault } from './faults/index.ts';
export type { Ledger, LedgerEntry, ServerCounts } from './ledger.ts';
export type { LoadOptions } from './load.ts';
export type { Behaviour, Journeys } from './service/protocol.ts';
export { type PodInfo, startWorld, type World, type WorldOptions } from './world.ts';
