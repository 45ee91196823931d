import { type Digest, FALSE_DISCOVERIES, type Incident } from '../../analysis/index.ts';
import type { Period } from '../../graph/index.ts';
import { iso } from '../report/format.ts';
import { coverageDocument, findingDocument, signal } from '../report/json.ts';
import { isEdge, nodeName } from '../report/names.ts';
import type { SelfTestLine } from './self-test.ts';
import { incidentTitle } from './words.ts';

/** The digest as the contract prints it. */
export type DigestDocument = ReturnType<typeof digestJson>;
export type IncidentDocument = ReturnType<typeof incidentDocument>;

export function digestJson(digest: Digest, selfTest: readonly SelfTestLine[] | null = null) {
  const { night, incidents, silenced } = digest;
  const document = (incident: Incident) => incidentDocument(incident, night.zone);
  return {
    night: { ...isoPeriod(night), zone: night.zone },
    incidents: incidents.map(document),
    quiet: digest.quiet,
    expectedFalse: digest.expectedFalse,
    rate: FALSE_DISCOVERIES,
    stillOpen: incidents
      .filter(({ open }) => open)
      .map(document)
      .map(({ id }) => id),
    silenced: silenced.map(document),
    edges: { ...digest.edges },
    events: digest.events.map(({ kind, subject, what, at, counts, text }) => ({
      kind,
      edge: isEdge(subject)
        ? { client: nodeName(subject.client), server: nodeName(subject.server), port: subject.port }
        : null,
      workload: isEdge(subject) ? null : nodeName(subject),
      what,
      at: iso(at),
      counts: { ...counts },
      text,
    })),
    selfTest: selfTest?.map((line) => ({ ...line })) ?? null,
    coverage: coverageDocument(digest.coverage, night),
  };
}

export function incidentDocument(incident: Incident, zone: string) {
  return {
    id: incident.id,
    text: incidentTitle(incident, zone),
    findings: incident.findings.map((finding) => findingDocument(finding, incident.home)),
    signals: incident.signals.map(signal),
    firstSeen: iso(incident.firstSeen),
    lastSeen: iso(incident.lastSeen),
    open: incident.open,
    ended: incident.ended && { ...incident.ended, at: iso(incident.ended.at) },
    severity: incident.severity,
    services: incident.services.map(nodeName),
    home: nodeName(incident.home),
    falseDiscoveryRate: incident.falseDiscoveryRate,
    before: incident.before.map(iso),
  };
}

function isoPeriod({ from, to }: Period) {
  return { from: iso(from), to: iso(to) };
}
