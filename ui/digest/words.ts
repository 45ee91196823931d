import type { Incident } from '../../analysis/index.ts';
import type { NodeKey } from '../../graph/index.ts';
import { title } from '../report/finding.ts';
import { list, percent, span } from '../report/format.ts';
import { quantity } from '../report/headline.ts';
import { domainName, edgeName, shortName } from '../report/names.ts';
import { clockOf } from './zone.ts';

/** Names shown of the services that were hit; of more it is said how many. */
const SERVICES = 3;

/** `payment v2.12 answers slowly for 41 min (03:04 to 03:45)`, with what ended it. */
export function incidentTitle(incident: Incident, zone: string): string {
  const { firstSeen, lastSeen, open, ended } = incident;
  const from = clockOf(firstSeen, zone);
  const when = open
    ? `since ${from}, still open`
    : `for ${span(lastSeen - firstSeen)} (${from} to ${clockOf(lastSeen, zone)})`;
  const end = ended === null ? '' : `, ended by ${ended.kind} ${ended.what} at ${clockOf(ended.at, zone)}`;
  return `${what(incident)} ${when}${end}`;
}

function what({ findings, signals, home }: Incident): string {
  const [finding] = findings;
  if (finding !== undefined) return title(finding, home);
  const [signal] = signals;
  return signal === undefined ? 'something unusual' : `${quantity(signal)} on ${edgeName(signal.edge, home)}`;
}

/** What is worth knowing of an incident, shortest first: cause, what users felt, the change before it. */
export function incidentDetails(incident: Incident, zone: string): string[] {
  const [finding] = incident.findings;
  if (finding === undefined)
    return ['nothing recorded explains it: no workload, version, instance, node or zone stands out'];
  const { domain, ends, explains, impact, stateChange, onset } = finding;
  const details = [
    domain.length === 0
      ? 'no tag explains it: all of it is hit alike'
      : `${percent(explains)} explained by ${tagged(domain) || domainName(domain, ends)}`,
  ];
  if (impact.signal === null) details.push('not felt by any request');
  else {
    const share = impact.total > 0 ? impact.hit / impact.total : 0;
    details.push(
      `${quantity(impact.signal)} on ${edgeName(impact.signal.edge, incident.home)}`,
      `${percent(share)} of its requests`,
    );
  }
  if (stateChange === null) details.push('no change found before it');
  else if (stateChange.at === null) details.push(`${stateChange.kind}: ${stateChange.what}`);
  else {
    const gap = onset - stateChange.at;
    const when = gap > 0 ? `, ${span(gap)} before` : '';
    details.push(`${stateChange.kind} ${stateChange.what} at ${clockOf(stateChange.at, zone)}${when}`);
  }
  return details;
}

/** `version v2.12`: one tag of the server by its name. */
function tagged(domain: Incident['findings'][number]['domain']): string {
  const [only] = domain;
  if (domain.length !== 1 || only === undefined || only.side !== 'server') return '';
  return `${only.tag} ${only.value}`;
}

export function servicesText(services: readonly NodeKey[], home: NodeKey): string {
  if (services.length > SERVICES + 2) return `${services.length} services`;
  return list(
    services.map((service) => shortName(service, home)),
    SERVICES,
  );
}
