import type { DomainTag } from '../../analysis/index.ts';
import type { NodeKey } from '../../graph/index.ts';
import type { Truth } from '../world/index.ts';

/** The parts of `why --json` that are judged. */
export interface Answer {
  readonly verdict: 'anomalous' | 'healthy' | 'not enough data';
  readonly findings: readonly {
    readonly origin:
      | { client: string; server: string; port: number }
      | { namespace: string; workload: string };
    readonly domain: readonly DomainTag[];
    readonly aliases: readonly (readonly DomainTag[])[];
    readonly mechanism: string;
    readonly text: string;
  }[];
  /** Why there is no answer. */
  readonly problem?: string;
}

export interface Judgement {
  readonly origin: boolean;
  readonly domain: boolean;
  readonly mechanism: boolean;
}

/**
 * Holds the first finding against what was injected. The domain is right when the finding names the injected one and every
 * one that nothing in this world tells apart from it, in whatever order; or another domain the truth allows. A node or zone is
 * the same place on either side of an edge.
 */
export function judge(answer: Answer, truth: Truth): Judgement {
  const [first] = answer.findings;
  if (answer.verdict !== 'anomalous' || first === undefined)
    return { origin: false, domain: false, mechanism: false };
  const named = new Set([first.domain, ...first.aliases].map(keyOf));
  const all = [truth.domain, ...truth.aliases].map(keyOf);
  const whole = all.includes(keyOf(first.domain)) && all.every((key) => named.has(key));
  const allowed = truth.alsoRight.some((domain) => keyOf(domain) === keyOf(first.domain));
  const place = truth.aliases.length === 0 && valuesOf(first.domain) === valuesOf(truth.domain);
  return {
    origin: originMatches(first.origin, truth.origin),
    domain: whole || allowed || place,
    mechanism: truth.mechanisms.some((mechanism) => mechanism === first.mechanism),
  };
}

/** Without a fault the only right answer is: healthy, no finding. */
export function isQuiet(answer: Answer): boolean {
  return answer.verdict === 'healthy' && answer.findings.length === 0;
}

function originMatches(
  found: Answer['findings'][number]['origin'],
  { client, server, port }: Truth['origin'],
): boolean {
  if (server === undefined) return true;
  if ('workload' in found) return client === undefined && nameOf(found) === nameOf(server);
  return (
    found.server === nameOf(server) &&
    (client === undefined || found.client === nameOf(client)) &&
    (port === undefined || found.port === port)
  );
}

const nameOf = ({ namespace, workload }: NodeKey): string =>
  namespace === '' ? workload : `${namespace}/${workload}`;

/** The tags without their sides. */
const valuesOf = (domain: readonly DomainTag[]): string =>
  domain
    .map(({ tag, value }) => `${tag} ${value}`)
    .sort()
    .join(' & ');

const keyOf = (domain: readonly DomainTag[]): string =>
  domain
    .map(({ side, tag, value }) => `${side} ${tag} ${value}`)
    .sort()
    .join(' & ');
