import type { ReportBody } from '../../../server/index.ts';
import { edgeId, nodeId } from './ids.ts';

/** What a finding points at on the map. */
export interface Marks {
  readonly edges: ReadonlySet<string>;
  readonly nodes: ReadonlySet<string>;
}

export const NO_MARKS: Marks = { edges: new Set(), nodes: new Set() };

type Finding = ReportBody['findings'][number];

/** The edge and workload a finding accuses. */
export function marksOf(finding: Finding | undefined): Marks {
  if (finding === undefined) return NO_MARKS;
  const { origin } = finding;
  if ('client' in origin) return { edges: new Set([edgeId(origin)]), nodes: new Set([origin.server]) };
  return { edges: new Set(), nodes: new Set([nodeId(origin)]) };
}
