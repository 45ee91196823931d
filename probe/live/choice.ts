import type { Feature } from '../flow.ts';
import type { Hook, Program, StandIn } from './program-table.ts';

/** What of the kernel the choice depends on. */
export interface KernelFacts {
  /** Number of arguments of a BTF tracepoint, -1 when there is none of that name. */
  tracepointArguments(name: string): number;
  hasFunction(name: string): boolean;
  /** Directory of the root of all version 2 cgroups, `null` where they are not mounted. */
  readonly cgroups: string | null;
}

/** What runs for one feature. */
export interface Chosen {
  readonly row: Program;
  /** 0 = the first choice, 1 and more = a stand-in, -1 = nothing. */
  readonly rank: number;
  /** Kernel programs to load. */
  readonly programs: readonly string[];
  /** Why not something better; `''` for the first choice. */
  readonly reason: string;
}

/**
 * Chooses for one feature the best programs this kernel can run.
 *
 * @param refused program to reason: switched off, or refused by the kernel in an earlier attempt
 */
export function choose(row: Program, kernel: KernelFacts, refused: ReadonlyMap<string, string>): Chosen {
  const obstacleOf = ({ name, hook }: { readonly name: string; readonly hook: Hook }) =>
    refused.get(name) ?? missingHook(hook, kernel);
  const first = obstacleOf(row);
  const withOthers = (name: string, also: StandIn['also'] = []) => [
    name,
    ...also.filter((program) => obstacleOf(program) === null).map((program) => program.name),
  ];
  if (first === null) return { row, rank: 0, programs: withOthers(row.name, row.also), reason: '' };
  const reasons = [first];
  const standIns = row.standIns ?? [];
  for (const [index, standIn] of standIns.entries()) {
    const obstacle = obstacleOf(standIn);
    if (obstacle !== null) {
      reasons.push(obstacle);
      continue;
    }
    return { row, rank: index + 1, programs: withOthers(standIn.name, standIn.also), reason: first };
  }
  return { row, rank: -1, programs: [], reason: [...new Set(reasons)].join('; ') };
}

/** Why the kernel has nothing to attach to, or `null` when it has. */
function missingHook(hook: Hook, kernel: KernelFacts): string | null {
  switch (hook.kind) {
    case 'iterator':
      return null;
    case 'cgroup':
      return kernel.cgroups === null ? 'cgroup version 2 is not mounted' : null;
    case 'function':
      return kernel.hasFunction(hook.name) ? null : `this kernel has no function ${hook.name}`;
    case 'tracepoint': {
      const found = kernel.tracepointArguments(hook.name);
      if (found < 0) return `this kernel has no tracepoint ${hook.name}`;
      if (found < (hook.arguments ?? 0))
        return `the tracepoint ${hook.name} of this kernel has only ${found} arguments`;
      return null;
    }
  }
}

/** As people are told. */
export function featureOf({ row, rank, reason }: Chosen): Feature {
  const { feature: name, lost, otherwise } = row;
  const standIn = row.standIns?.[rank - 1];
  if (rank === 0) return { name, state: 'on', reason: '', lost, by: hookText(row.hook) };
  if (standIn !== undefined)
    return { name, state: 'fallback', reason, lost: standIn.lost, by: hookText(standIn.hook) };
  if (otherwise !== undefined) return { name, state: 'fallback', reason, lost, by: otherwise };
  return { name, state: 'off', reason, lost };
}

function hookText(hook: Hook): string {
  return hook.kind === 'iterator' ? `iterator ${hook.over}` : `${hook.kind} ${hook.name}`;
}
