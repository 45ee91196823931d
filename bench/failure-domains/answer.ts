import type { DomainTag, Finding } from '../../analysis/index.ts';
import { type Domain, nameOf, TAGS, type Tag, type TagName } from './domain.ts';
import { keyOf, membersOf, signsOf } from './names.ts';
import { activeLeaves } from './truth.ts';
import type { World } from './world.ts';

/** A finding as the set of endpoint pairs it means, with all names it gives. */
export interface Answer {
  readonly key: number;
  readonly name: string;
  /** The name and the names it says cannot be told apart from it, sorted. */
  readonly class: readonly string[];
  readonly probability: number;
}

export function answersOf(world: World, findings: readonly Finding[]): Answer[] {
  const active = activeLeaves(world);
  const signs = signsOf(world.leaves.length);
  return findings.map((finding) => {
    const domain = domainOf(finding, finding.domain);
    const name = nameOf(domain);
    const aliases = finding.ends ? [] : finding.aliases.map((alias) => nameOf(domainOf(finding, alias)));
    return {
      key: keyOf(signs, membersOf(world, active, domain)),
      name,
      class: [...new Set([name, ...aliases])].sort(),
      probability: finding.probability,
    };
  });
}

function domainOf({ origin, scope, ends }: Finding, said: readonly DomainTag[]): Domain {
  const workloads =
    scope === 'place'
      ? {}
      : 'server' in origin
        ? { client: origin.client.workload, server: origin.server.workload }
        : { [scope]: origin.workload };
  let domain: Domain = { ...workloads, tags: [], ends: ends ?? 'as said' };
  for (const { side, tag, value } of said) {
    if (tag === 'workload' || tag === 'process') domain = { ...domain, [side]: value };
    const name = tag === 'image' ? 'version' : tag;
    if (!isTag(name)) continue;
    const next: Tag = {
      side,
      tag: name,
      value: tag === 'image' ? value.slice(value.indexOf(':') + 1) : value,
    };
    domain = { ...domain, tags: [...domain.tags, next] };
  }
  return domain;
}

const isTag = (name: string): name is TagName => (TAGS as readonly string[]).includes(name);
