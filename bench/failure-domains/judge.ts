import type { Finding } from '../../analysis/index.ts';
import { type Answer, answersOf } from './answer.ts';
import type { Kind } from './parameters.ts';
import { type CauseTruth, type Class, type Truth, truthOf } from './truth.ts';
import type { World } from './world.ts';

/** What was found of one case and how that compares with what was true. */
export interface Judged {
  readonly name: string;
  readonly kind: Kind;
  readonly class: Class;
  readonly findings: readonly { readonly right: boolean; readonly probability: number }[];
  /** Causes found exactly: the same endpoint pairs under one of their shortest names. */
  readonly hits: number;
  readonly causes: number;
  /** All causes found, with all their names and no other, and nothing beside them. */
  readonly wholly: boolean;
  /** For people: what was found, what was true. */
  readonly found: readonly string[];
  readonly truth: readonly string[];
}

export function judge(world: World, findings: readonly Finding[]): Judged {
  const { name, kind } = world.scenario;
  const truth: Truth = truthOf(world);
  const answers = answersOf(world, findings);
  const left = [...truth.causes];
  let [hits, classes] = [0, 0];
  const marked = answers.map((answer) => {
    const at = left.findIndex((cause) => same(cause, answer));
    if (at < 0) return { right: false, probability: answer.probability };
    const [cause] = left.splice(at, 1);
    hits++;
    if (sameClass(cause!, answer)) classes++;
    return { right: true, probability: answer.probability };
  });
  return {
    name,
    kind,
    class: truth.class,
    findings: marked,
    hits,
    causes: truth.causes.length,
    wholly: classes === truth.causes.length && answers.length === truth.causes.length,
    found: answers.map((answer, i) => told(findings[i]!, answer)),
    truth: truth.causes.map(toldCause),
  };
}

/** The same pairs of ends; of what is not a conjunction of tags (a border, a path both ways) the pairs alone decide. */
function same({ key, names, cause }: CauseTruth, answer: Answer): boolean {
  return key === answer.key && (cause.domain.ends !== 'as said' || names.includes(answer.name));
}

/** Names a finding lists beside its own at most. */
const LISTED = 7;

function sameClass({ names: all, cause }: CauseTruth, answer: Answer): boolean {
  // A finding has one way to count ends, and lists no name that needs another.
  const names = all.filter((name) => !/\((border|either)\)$/.test(name));
  if (cause.domain.ends !== 'as said' || names.includes('')) return true;
  if (answer.class.some((name) => !names.includes(name))) return false;
  return answer.class.length >= Math.min(LISTED, names.length);
}

function told({ origin, mechanism, scope }: Finding, answer: Answer): string {
  const place = 'server' in origin ? `${origin.client.workload}>${origin.server.workload}` : origin.workload;
  const names = answer.class.map((name) => (name === '' ? '(no tag)' : name)).join(' or ');
  return `${scope === 'place' ? 'anywhere' : place}: ${answer.name === '' ? '(no tag)' : names} [${mechanism}, ${answer.probability.toFixed(3)}]`;
}

function toldCause({
  cause: { domain, effect, rollout, hidden },
  names,
  margin,
  class: kind,
}: CauseTruth): string {
  const { client, server } = domain;
  const place = client && server ? `${client}>${server}` : (client ?? server ?? 'anywhere');
  const tags = names.map((name) => (name === '' ? '(no tag)' : name)).join(' or ');
  const more = `${rollout ? ' rollout' : ''}${hidden ? ' hidden' : ''}`;
  return `${place}: ${tags} [${effect.signal} ${effect.share.toFixed(3)}${more}, ${kind}, ${margin.toFixed(0)} nats]`;
}
