import type { ReportBody } from '../../../server/index.ts';
import { inUnit, millis } from './format.ts';

export type ReportFinding = ReportBody['findings'][number];
export type DomainTag = ReportFinding['domain'][number];

/** `server version = v2.12 and server zone = eu-1b`; of a place that counts at whichever end, `one end node = n3`. */
export function domainText(domain: readonly DomainTag[], ends: ReportFinding['ends'] = null): string {
  if (domain.length === 0) return 'no tag explains it';
  const tags = domain.map(({ side, tag, value }) => `${ends === null ? side : 'one end'} ${tag} = ${value}`);
  return `${[...new Set(tags)].join(' and ')}${ends === 'border' ? ', the other end elsewhere' : ''}`;
}

/** What callers feel; the other signals say how it comes about. */
const FELT: ReadonlySet<string> = new Set(['connect failures', 'errors', 'latency', 'resets']);

/** What else the same cause does that callers feel. */
export function alsoFelt({ also }: ReportFinding): ReportFinding['also'] {
  return also.filter(({ signal }) => FELT.has(signal));
}

/** What is counted as bad for a signal. */
export function badWord(signal: string): string {
  switch (signal) {
    case 'errors':
      return 'requests failed';
    case 'latency':
      return 'requests slow';
    case 'connect failures':
      return 'connects failed';
    case 'resets':
      return 'connections reset';
    case 'retransmits':
      return 'segments sent again';
    case 'wait before read':
      return 'requests kept waiting';
    case 'round trip':
      return 'round trips slow';
    default:
      return 'unusual';
  }
}

/** Less than this is not worth a number among others. */
const NOTHING_MS = 0.05;

/** Where the added time went: `service +1.7 s, network +0 ms`. */
export function splitText(split: ReportFinding['split']): string | null {
  if (split === null) return null;
  const parts = (['service', 'network', 'wait'] as const).flatMap((name) => {
    const value = split[name];
    if (value === null) return [];
    if (Math.abs(value) < NOTHING_MS) return [`${name} unchanged`];
    return [`${name} ${value < 0 ? '−' : '+'}${millis(Math.abs(value))}`];
  });
  return parts.length === 0 ? null : parts.join(', ');
}

/** Counterfactual signals that are shares; the others are milliseconds. */
const SHARES: ReadonlySet<string> = new Set(['errors', 'connect failures', 'resets', 'retransmits']);

export function counterfactualText({
  signal,
  is,
  would,
}: NonNullable<ReportFinding['counterfactual']>): string {
  const unit = SHARES.has(signal) ? 'share' : 'ms';
  return `${SHARES.has(signal) ? signal : 'P99'} would be ${inUnit(would, unit)}, is ${inUnit(is, unit)}`;
}

/** How sure a finding is, as a person would say it. Nothing that was counted is certain. */
export function sureness(probability: number): string {
  const whole = Math.round(100 * probability);
  if (whole >= 100) return 'more than 99 % sure';
  return whole < 50 ? `a guess: ${Math.max(1, whole)} % sure` : `${whole} % sure`;
}
