import type { Finding, TimeSplit } from '../../analysis/index.ts';
import { type NodeKey, WINDOW_MICROS } from '../../graph/index.ts';
import { added, clock, count, list, milliseconds, percent, span } from './format.ts';
import { quantity } from './headline.ts';
import { domainExpression, domainName, edgeName, nodeName, originName } from './names.ts';
import { subject } from './subject.ts';
import { ALSO, FELT, NOUNS, PLACE_PREDICATES, PREDICATES } from './words.ts';

/** One labelled line of a finding; `head` starts a column of its own where it is given. */
export interface Fact {
  readonly label: string;
  readonly head: string | null;
  readonly text: string;
}

/** Who does what, as a sentence without its full stop: `payment v2.12 answers slowly`. */
export function title(finding: Finding, home: NodeKey): string {
  const { ends, mechanism } = finding;
  const predicate = (ends === undefined ? undefined : PLACE_PREDICATES[mechanism]) ?? PREDICATES[mechanism];
  const more = finding.also.map(({ signal }) => ALSO[signal]).filter((words) => words !== undefined);
  return [`${subject(finding, home)} ${predicate}`, ...more].join(' ');
}

/** Everything else a finding has to say, in the order in which a person asks for it. */
export function facts(finding: Finding, home: NodeKey, day: number): Fact[] {
  return [
    fact('origin', originName(finding.origin, home)),
    fact('how', `${finding.mechanism}${split(finding.split)}`),
    fact(
      'domain',
      domainExpression(finding.domain, finding.ends) || 'no tag explains it: all of it is hit alike',
    ),
    fact('counts', counts(finding, finding.domain)),
    ...finding.also
      .filter(({ signal }) => FELT.has(signal))
      .map((other) => fact('also', counts(other, finding.domain))),
    ...finding.ruledOut.map(({ domain, because }) => fact('not', because, domainName(domain))),
    ...same(finding),
    ...before(finding, day),
    ...first(finding, home, day),
    ...felt(finding, home),
    ...without(finding, home),
  ];
}

function fact(label: string, text: string, head: string | null = null): Fact {
  return { label, head, text };
}

/** `812 of 840 requests slow (96.7 %) · elsewhere 9 of 4,120 (0.2 %)` */
function counts(
  { inside, outside, signal }: Pick<Finding, 'inside' | 'outside' | 'signal'>,
  domain: Finding['domain'],
): string {
  const [noun, verb] = NOUNS[signal];
  const here = `${count(inside.bad)} of ${count(inside.total)} ${noun} ${verb} (${percent(inside.rate)})`;
  if (outside.total === 0) return here;
  const there = `${count(outside.bad)} of ${count(outside.total)} (${percent(outside.rate)})`;
  return `${here} · ${domain.length === 0 ? 'before' : 'elsewhere'} ${there}`;
}

/** Where the added time went, application first. */
function split(time: TimeSplit | null): string {
  if (time === null) return '';
  const parts = [
    time.service === null ? null : `service time ${added(time.service)}`,
    time.network === null ? null : `network ${added(time.network)}`,
    time.wait === null ? null : `wait before read ${added(time.wait)}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function same({ aliases }: Finding): Fact[] {
  if (aliases.length === 0) return [];
  const names = aliases.map((alias) => domainName(alias) || 'all of it');
  return [fact('same as', `${list(names)} (the data cannot tell them apart)`)];
}

/** The state change behind it; what the numbers show of one that nobody recorded has no time of its own. */
function before({ stateChange, onset }: Finding, day: number): Fact[] {
  if (stateChange === null) return [fact('before', 'no change found that would explain it')];
  const { kind, what, at, evidence } = stateChange;
  if (at === null) return [fact('behind it', `${kind}: ${what} (${evidence})`)];
  const gap = onset - at;
  const when =
    Math.abs(gap) < WINDOW_MICROS
      ? 'at that moment'
      : gap > 0
        ? `${span(gap)} earlier`
        : `${span(-gap)} later`;
  return [fact('before', `${clock(at, day)} ${kind}: ${what} (${when})`)];
}

function first({ firstSymptom }: Finding, home: NodeKey, day: number): Fact[] {
  if (firstSymptom === null) return [];
  const { edge, signal, at } = firstSymptom;
  return [fact('first seen', `${clock(at, day)} ${signal} on ${edgeName(edge, home)}`)];
}

/** `errors 0 % → 16 % on frontend → checkout :5050, …`; the headline has said it of the service asked about. */
function felt({ impact }: Finding, home: NodeKey): Fact[] {
  const { signal, hit, total } = impact;
  if (signal !== null && nodeName(signal.edge.server) === nodeName(home)) return [];
  if (signal === null) return [fact('impact', 'nothing that is felt left its baseline')];
  const [noun, bad] = NOUNS[signal.signal];
  const counts = `${count(hit)} of ${count(total)} ${noun} ${bad} beyond the usual`;
  return [fact('impact', `${quantity(signal)} on ${edgeName(signal.edge, home)}, ${counts}`)];
}

function without({ counterfactual, domain, ends }: Finding, home: NodeKey): Fact[] {
  if (counterfactual === null) return [];
  const { signal, is, would } = counterfactual;
  const share = SHARES.has(signal);
  const say = share ? percent : milliseconds;
  const what = share ? `${signal} of ${home.workload}` : `P99 of ${home.workload}`;
  const gone = domain.length === 0 ? 'it' : domainName(domain, ends);
  return [fact('without', `${gone} the ${what} would be ${say(would)} (is ${say(is)})`)];
}

/** Counterfactual signals that are shares; the others are milliseconds. */
const SHARES: ReadonlySet<string> = new Set(['errors', 'connect failures', 'resets', 'retransmits']);
