import type { Endpoint, NamedFlow } from '../../../enrich/index.ts';
import { type Address, quantile } from '../../../probe/index.ts';
import { bytes, counted, duration } from '../../report/format.ts';
import { printable, type Style } from '../../report/style.ts';
import { ends, stateOf } from './document.ts';

const NAME = 26;

export const HEADING = `${'time'.padEnd(14)}${'client'.padStart(NAME)}   ${'server'.padEnd(NAME)} ${'end'.padEnd(13)}${'lasted'.padStart(
  8,
)}${'sent'.padStart(10)}${'received'.padStart(10)}${'rtt'.padStart(9)}  requests`;

/** A flow as one aligned line for a person. */
export function flowLine(named: NamedFlow, lost: number, paint: Style): string {
  const { flow } = named;
  const [client, server] = flow.role === 'client' ? [named.local, named.remote] : [named.remote, named.local];
  const address = ends(flow);
  const state = stateOf(flow);
  const end =
    flow.failure === null ? state : flow.resetBy === null ? flow.failure : `reset (${flow.resetBy})`;
  const columns = [
    new Date(Math.round(flow.to / 1000)).toISOString().slice(11, 23).padEnd(14),
    shortened(
      endName(client, address.client, flow.role === 'client' ? flow.owner?.process : undefined),
    ).padStart(NAME),
    ' → ',
    shortened(
      `${endName(server, address.server, flow.role === 'server' ? flow.owner?.process : undefined)}:${address.server.port}`,
    ).padEnd(NAME),
    ' ',
    (state === 'failed' ? paint.bad : paint.dim)(end.padEnd(13)),
    duration(flow.durationMicros).padStart(8),
    bytes(flow.bytesSent).padStart(10),
    bytes(flow.bytesReceived).padStart(10),
    duration(flow.rttMicros).padStart(9),
    '  ',
    requests(named, paint),
    lost === 0 ? '' : paint.warn(`  ${counted(lost, 'connection')} lost before this line`),
  ];
  return columns.join('').trimEnd();
}

function requests({ flow }: NamedFlow, paint: Style): string {
  if (flow.requests === 0) return paint.dim('none');
  const [p50, p99] = [quantile(flow.latency, 0.5), quantile(flow.latency, 0.99)];
  const times =
    p50 === null
      ? ''
      : flow.requests === 1
        ? ` in ${duration(p50)}`
        : `, P50 ${duration(p50)}, P99 ${duration(p99)}`;
  const failed = flow.failedRequests === 0 ? '' : paint.bad(`, ${flow.failedRequests} failed`);
  return `${flow.requests}${times}${failed}`;
}

/** The name people know an end by: its workload, else its process and address. */
export function endName({ tags }: Endpoint, address: Address, process: string | undefined): string {
  const name = tags.workload ?? tags.service ?? tags.pod;
  if (name !== undefined) return tags.namespace ? `${tags.namespace}/${name}` : name;
  const known = tags.process ?? process;
  return known === undefined ? address.ip : `${known} ${address.ip}`;
}

/** The end of a name tells more than its beginning: `…/checkout:5050`. */
function shortened(name: string): string {
  const text = printable(name);
  return text.length <= NAME ? text : `…${text.slice(text.length - NAME + 1)}`;
}
