import { existsSync } from 'node:fs';
import { blindSpots, type Placement, placementOf } from '../../../analysis/index.ts';
import { FaultlineError } from '../../../probe/index.ts';
import { sourceOf, startNaming } from '../../pipeline/naming.ts';
import { placementJson } from '../../placement/json.ts';
import { placementText } from '../../placement/text.ts';
import type { Call, ExitCode } from '../command.ts';
import { DEFAULT_STORE, withReader } from '../reader.ts';
import { clusterOptions } from '../source.ts';

/** `faultline doctor --placement`: what today's placement cannot tell apart, and the cheapest move that would. */
export async function placement({ options, out }: Call): Promise<ExitCode> {
  const found = blindSpots(await placementNow({ options, out }));
  if (options.flag('json')) out.print(`${JSON.stringify(placementJson(found), null, 2)}\n`);
  else out.print(placementText(found, { color: out.color, width: out.width }));
  return 0;
}

/** From the cluster's own objects where they are given, with the traffic of the store; else from the store alone. */
async function placementNow({ options, out }: Pick<Call, 'options' | 'out'>): Promise<Placement> {
  const given = Object.values(clusterOptions(options)).some((value) => value !== undefined);
  const stored = await recorded({ options, out }, !given);
  if (!given) return stored!;
  const naming = await startNaming(sourceOf(clusterOptions(options)), out.note);
  try {
    return { ...naming.names.places(), traffic: stored?.traffic ?? new Map() };
  } finally {
    await naming.stop();
  }
}

/** @throws FaultlineError FL-510 or FL-511 where there is nothing and it is `needed` */
async function recorded(
  { options }: Pick<Call, 'options' | 'out'>,
  needed: boolean,
): Promise<Placement | null> {
  const asked = options.text('store') !== undefined;
  if (!needed && !asked && !existsSync(DEFAULT_STORE)) return null;
  try {
    return await withReader(options, ({ reader }) => placementOf(reader));
  } catch (cause) {
    const empty = cause instanceof FaultlineError && (cause.code === 'FL-510' || cause.code === 'FL-511');
    if (!empty || needed || asked) throw cause;
    return null;
  }
}
