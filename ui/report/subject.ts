import type { DomainTag, Finding, Mechanism } from '../../analysis/index.ts';
import type { NodeKey } from '../../graph/index.ts';
import { accused, domainName, isEdge, shortName } from './names.ts';

/**
 * Who a finding speaks about, as the subject of a sentence: `payment v2.12`, `pod payment-7d of payment`, `payment in
 * zone eu-1b, called from frontend`.
 */
export function subject(finding: Finding, home: NodeKey): string {
  if (finding.ends !== undefined) return place(finding);
  const workload = shortName(accused(finding.origin), home);
  const server = finding.domain.filter(({ side }) => side === 'server');
  const client = finding.domain.filter(({ side }) => side === 'client');
  const caller = isEdge(finding.origin) ? shortName(finding.origin.client, home) : 'its callers';
  const from = client.length === 0 ? '' : `, called from ${described(caller, client)},`;
  return `${described(workload, server)}${from}`;
}

/** What happens on machines and not on the way between them. */
const ON_MACHINES: ReadonlySet<Mechanism> = new Set(['slow service', 'overload', 'errors']);

/** A place that is hit whichever end of a connection is there: what is connected matters less than where. */
function place({ domain, ends, mechanism }: Finding): string {
  const name = domainName(domain, ends);
  if (domain.length === 1 && ON_MACHINES.has(mechanism)) return name;
  if (ends === 'border') return `the network between ${name} and the rest`;
  const values = new Set(domain.map(({ value }) => value));
  return values.size > 1 ? `the network between ${name}` : `the network of ${name}`;
}

/** A workload narrowed by tags of its side; the narrowest thing that has a name of its own leads. */
function described(workload: string, tags: readonly DomainTag[]): string {
  const value = new Map(tags.map(({ tag, value }) => [tag, value]));
  const named = value.get('workload') ?? workload;
  const version = value.get('version');
  const parts = [version === undefined ? named : `${named} ${version}`];
  const pod = value.get('pod');
  if (pod !== undefined) parts.unshift(`pod ${pod} of`);
  for (const { tag, value } of tags) {
    const phrase = PHRASES[tag];
    if (phrase !== undefined) parts.push(`${phrase} ${value}`);
    else if (!LEADING.has(tag)) parts.push(`with ${tag} ${value}`);
  }
  return parts.join(' ');
}

const LEADING = new Set(['workload', 'version', 'pod']);

const PHRASES: Readonly<Record<string, string>> = {
  region: 'in region',
  zone: 'in zone',
  node: 'on node',
  namespace: 'in namespace',
  image: 'running image',
  container: 'in container',
  process: 'in process',
  service: 'behind service',
  address: 'at',
};
