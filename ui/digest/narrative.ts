import type { Digest, EventKind, Incident, ObservedEvent, ReportCoverage } from '../../analysis/index.ts';
import { count, counted, iso, list, percent } from '../report/format.ts';
import { isEdge, nodeName } from '../report/names.ts';
import { printable } from '../report/style.ts';
import { type SelfTestLine, selfTestText } from './self-test.ts';
import { incidentDetails, incidentTitle, servicesText } from './words.ts';
import { clockOf, nightName, shortDate } from './zone.ts';

/** A digest as its sentences, in reading order; the renderers only lay them out. */
export interface DigestStory {
  readonly headline: string;
  readonly incidents: readonly {
    readonly title: string;
    readonly severity: string;
    readonly services: string;
    readonly details: string;
    /** The command that tells all about it. */
    readonly more: string;
  }[];
  readonly notes: readonly string[];
}

export interface DigestOptions {
  readonly store?: string;
  readonly selfTest?: readonly SelfTestLine[];
}

export function digestStory(digest: Digest, options: DigestOptions = {}): DigestStory {
  const { night, incidents } = digest;
  const { zone } = night;
  const notes = [...(digest.quiet ? [] : [openText(digest)]), watchedText(digest), seenText(digest, options)];
  return {
    headline: printable(headline(digest)),
    incidents: incidents.map((incident) => ({
      title: printable(incidentTitle(incident, zone)),
      severity: incident.severity,
      services: printable(servicesText(incident.services, incident.home)),
      details: printable(incidentDetails(incident, zone).join(' · ')),
      more: printable(whyCommand(incident, options.store)),
    })),
    notes: notes.map(printable),
  };
}

function headline({ night, incidents, quiet, expectedFalse }: Digest): string {
  const name = `faultline · ${nightText(night)} (${night.zone})`;
  if (quiet) return `${name} · quiet`;
  return `${name} · ${counted(incidents.length, 'incident')}, expected false: ${expected(expectedFalse)}`;
}

function nightText(night: Digest['night']): string {
  const name = nightName(night, night.zone);
  return name.includes(':') ? name : `night of ${name}`;
}

function expected(number: number): string {
  return number < 0.01 ? '< 0.01' : number.toFixed(number < 0.1 ? 2 : 1);
}

function openText({ incidents, silenced, night }: Digest): string {
  const open = incidents.flatMap(({ open }, i) => (open ? [String(i + 1)] : []));
  const still = `still open: ${open.length === 0 ? 'nothing' : list(open)}`;
  if (silenced.length === 0) return still;
  const known = silenced.map((one) => habit(one, night.zone));
  return `${still} · known and silenced: ${silenced.length} (${list(known, 2)})`;
}

/** `nightly backup answers slowly, 02:00, every night since 2 Nov` */
function habit(incident: Incident, zone: string): string {
  const { firstSeen, before, findings, home } = incident;
  const what =
    findings[0] === undefined
      ? nodeName(home)
      : incidentTitle({ ...incident, ended: null }, zone).split(' for ')[0];
  return `${what}, ${clockOf(firstSeen, zone)}, every night since ${shortDate(before.at(-1) ?? firstSeen, zone)}`;
}

function watchedText({ edges, quiet, events }: Digest): string {
  const watched =
    edges.watched < edges.seen
      ? `${count(edges.watched)} of ${count(edges.seen)} edges watched, those with the most traffic`
      : `${counted(edges.seen, 'edge')} watched`;
  const parts = [watched, ...eventsText(events)];
  return `${quiet ? '' : 'quiet otherwise: '}${parts.join(', ')}`;
}

/** `3 new (cart → geoip.example.net: first peer outside), 1 gone (legacy-auth → ldap), 1 new version (cart v2)` */
function eventsText(events: Digest['events']): string[] {
  return GROUPS.flatMap(([name, kinds]) => {
    const found = events.filter(({ kind }) => kinds.includes(kind));
    return found.length === 0 ? [] : [`${found.length} ${name} (${list(found.map(eventName), 2)})`];
  });
}

const GROUPS: readonly (readonly [name: string, kinds: readonly EventKind[]])[] = [
  ['new', ['new edge', 'first outside peer']],
  ['gone', ['vanished edge']],
  ['new on known workloads', ['new version', 'new image', 'new process']],
  ['unlike the past', ['failed fan-out', 'volume']],
];

function eventName({ kind, subject, what }: ObservedEvent): string {
  const name = isEdge(subject)
    ? `${subject.client.workload} → ${subject.server.workload}`
    : `${subject.workload}${what === null ? '' : ` ${what}`}`;
  return kind === 'first outside peer'
    ? `${name}: first peer outside`
    : kind === 'failed fan-out'
      ? `${name}: many failed connects`
      : name;
}

function seenText({ coverage }: Digest, { selfTest = [] }: DigestOptions): string {
  const parts = [blind(coverage), ...(selfTest.length === 0 ? [] : [selfTestText(selfTest)])];
  return `could it see? ${parts.join(' · ')}`;
}

function blind({ seen, nodesReporting, nodesExpected, gaps, lost }: ReportCoverage): string {
  const nodes =
    nodesReporting === nodesExpected
      ? ''
      : `, ${nodesExpected - nodesReporting} of ${nodesExpected} nodes silent`;
  const missing =
    gaps.length === 0 ? '' : `, no probe ran ${gaps.length === 1 ? 'once' : `${gaps.length} times`}`;
  return `${percent(seen)} of connections${lost > 0 ? `, ${count(lost)} lost` : ''}${nodes}${missing}`;
}

function whyCommand({ home, findings, firstSeen, lastSeen }: Incident, store: string | undefined): string {
  const file = store === undefined ? '' : ` --store ${store}`;
  const from = findings[0]?.onset ?? firstSeen;
  return `faultline why ${nodeName(home)} --from ${iso(from)} --to ${iso(Math.max(lastSeen, from + 1))}${file}`;
}
