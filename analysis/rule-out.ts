import type { DomainTag, Finding } from './finding.ts';
import { groupBy } from './group.ts';
import { nodeId } from './keys.ts';
import type { Candidate, Cube, Located } from './localise/index.ts';
import { homogeneity } from './statistics/dispersion.ts';
import { ENOUGH_EVENTS, RULED_OUT_LINES, SHARE_FACTOR } from './thresholds.ts';

type Line = Finding['ruledOut'][number];

/** A rival must hold this share of the domain's excess for a person to think of it. */
const SUSPICIOUS_SHARE = 0.3;

/** What else one would suspect, each with the counts that clear it, the most tempting first. */
export function ruledOut(located: Located): Line[] {
  const { cube, candidate } = located;
  const lines = [...alike(located), ...places(cube, candidate), ...widerTags(located)];
  const seen = new Set<string>();
  return lines
    .filter(({ domain }) => {
      const key = JSON.stringify(domain);
      return !seen.has(key) && seen.add(key);
    })
    .slice(0, RULED_OUT_LINES);
}

/** Tags that cover the domain and more: what they cover beyond it is fine. */
function widerTags({ cube, candidate, rivals }: Located): Line[] {
  const members = new Set(candidate.members);
  const excess = candidate.bad - candidate.expected;
  const lines: Line[] = [];
  const told = new Set<string>();
  for (const rival of serverFirst(rivals)) {
    if (rival.tags.length !== 1 || rival.ends !== 'as said') continue;
    const common = rival.members.filter((i) => members.has(i));
    const shared = common.reduce((sum, i) => sum + cube.bad[i]! - cube.expected[i]!, 0);
    if (shared < SUSPICIOUS_SHARE * excess) continue;
    const rest = sum(
      cube,
      rival.members.filter((i) => !members.has(i)),
    );
    // Tags that cover the same traffic are one suspicion, and so are the values of one tag.
    const [{ side, tag }] = rival.tags as [DomainTag];
    const same = [rival.members.join(), `${side} ${tag}`];
    if (rest.total < ENOUGH_EVENTS || raised(rest) || same.some((key) => told.has(key))) continue;
    for (const key of same) told.add(key);
    lines.push({ domain: rival.tags, because: `the rest of it is fine: ${counted(cube, rest)}` });
  }
  return lines;
}

/** What answers is suspected before who asks; each side in the order given. */
function serverFirst(rivals: readonly Candidate[]): Candidate[] {
  const client = ({ tags }: Candidate): number => (tags[0]?.side === 'client' ? 1 : 0);
  return [...rivals].sort((a, b) => client(a) - client(b));
}

/** Pods inside the domain that are hit alike: then it is not one of them. */
function alike({ cube, candidate }: Located): Line[] {
  if (candidate.ends !== 'as said' || candidate.tags.some(({ tag }) => tag === 'pod')) return [];
  const pods = groupBy(candidate.members, (i) => cube.leaves[i]!.server.tags.pod);
  pods.delete(undefined);
  const [worst] = [...pods].sort((a, b) => sum(cube, b[1]).bad - sum(cube, a[1]).bad);
  if (!worst || pods.size < 2) return [];
  const p = homogeneity(
    [...pods.values()].map((members) => sum(cube, members)),
    cube.correlation,
  );
  if (p < 0.01) return [];
  const domain: DomainTag[] = [{ side: 'server', tag: 'pod', value: worst[0]! }];
  const which = pods.size === 2 ? 'both pods' : `all ${pods.size} pods`;
  return [{ domain, because: `${which} there are hit alike (p = ${p.toFixed(2)})` }];
}

/** The nodes and zones of a workload's domain, where other workloads are fine. */
function places(cube: Cube, { comparable, members, bad, expected }: Candidate): Line[] {
  if (comparable.kind !== 'server') return [];
  const own = nodeId(comparable.workload);
  const lines: Line[] = [];
  for (const tag of ['node', 'zone'] as const) {
    const here = groupBy(members, (i) => cube.leaves[i]!.server.tags[tag]);
    for (const [value, inside] of here) {
      if (value === undefined) continue;
      const share = sum(cube, inside);
      if (share.bad - share.expected < SUSPICIOUS_SHARE * (bad - expected)) continue;
      const others: number[] = [];
      for (let i = 0; i < cube.leaves.length; i++) {
        const { server, edge } = cube.leaves[i]!;
        if (cube.total[i]! > 0 && server.tags[tag] === value && nodeId(edge.server) !== own) others.push(i);
      }
      const rest = sum(cube, others);
      if (rest.total < ENOUGH_EVENTS || raised(rest)) continue;
      const workloads = new Set(others.map((i) => nodeId(cube.leaves[i]!.edge.server))).size;
      const which = workloads === 1 ? 'its other workload is' : `its other ${workloads} workloads are`;
      lines.push({
        domain: [{ side: 'server', tag, value }],
        because: `${which} fine: ${counted(cube, rest)}`,
      });
    }
  }
  return lines;
}

interface Sum {
  readonly bad: number;
  readonly raw: number;
  readonly total: number;
  readonly expected: number;
}

export function sum(cube: Cube, members: readonly number[]): Sum {
  let [bad, raw, total, expected] = [0, 0, 0, 0];
  for (const i of members) {
    bad += cube.bad[i]!;
    raw += cube.raw[i]!;
    total += cube.total[i]!;
    expected += cube.expected[i]!;
  }
  return { bad, raw, total, expected };
}

/** Whether there is more than noise: then it is not fine, and nothing is said. */
function raised({ bad, total, expected }: Sum): boolean {
  return bad > SHARE_FACTOR * expected + 3 * Math.sqrt(Math.max(1, expected)) && bad / total > 0.01;
}

function counted(cube: Cube, { raw, total }: Sum): string {
  return `${raw.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${cube.measure.adjective}`;
}
