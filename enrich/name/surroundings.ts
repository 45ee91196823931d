import type { Membership } from '../table/members.ts';
import type { PodRecord, Surroundings } from '../table/pod-record.ts';
import type { Tables } from '../table/tables.ts';
import type { Timeline } from '../table/timeline.ts';

/**
 * What held around a pod at a time. Nearly every flow asks about now, and little changes between two flows: the latest
 * answer is kept with the pod until a table it came from changes.
 */
export function surroundingsOf({ nodes, members }: Tables, record: PodRecord, time: number): Surroundings {
  const known = record.surroundings;
  if (
    known !== null &&
    time >= known.since &&
    known.nodes === nodes.generation &&
    known.members === members.generation &&
    known.state === record.states.latest
  ) {
    return known;
  }
  const state = record.states.near(time)!;
  const onNode = state.view.node === null ? undefined : nodes.of(state.view.node);
  const memberOf = membershipsOf(members, record);
  const found = {
    state,
    node: onNode?.near(time),
    memberships: memberOf?.at(time) ?? NONE,
    since: Math.max(record.states.since, onNode?.since ?? 0, memberOf?.since ?? 0),
    nodes: nodes.generation,
    members: members.generation,
  };
  if (time >= found.since) record.surroundings = found;
  return found;
}

function membershipsOf(
  members: Tables['members'],
  record: PodRecord,
): Timeline<readonly Membership[]> | undefined {
  const own = members.of(record.key);
  if (own !== undefined || record.view.hostNetwork) return own;
  // A slice written by hand may name the pod by its address alone.
  for (const ip of record.ips) {
    const byIp = members.of(ip);
    if (byIp !== undefined) return byIp;
  }
  return undefined;
}

const NONE: readonly never[] = Object.freeze([]);
