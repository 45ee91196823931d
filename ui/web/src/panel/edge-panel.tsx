import type { EdgeDetailBody } from '../../../server/index.ts';
import { apiPath } from '../api.ts';
import { bytes, count, inUnit, millis, percent, perSecond } from '../domain/format.ts';
import type { EdgeName } from '../domain/ids.ts';
import type { Selection } from '../domain/route.ts';
import { STATUS_WORD, signalWord } from '../domain/status.ts';
import { Name } from '../parts/name.tsx';
import { StatusIcon } from '../parts/status-icon.tsx';
import { useResource } from '../state/use-resource.ts';
import { Compared, type Measure } from './compared.tsx';
import { Curve } from './curve.tsx';
import { Ends } from './ends.tsx';
import { Sql } from './sql.tsx';
import { TimeBars } from './time-bars.tsx';

interface Props {
  readonly edge: EdgeName;
  readonly at: string | null;
  readonly tick: number;
  /** Period of the report beside it, so that both compare with the same past. */
  readonly baseline: { readonly from: string; readonly to: string } | null;
  readonly select: (selection: Selection | null) => void;
}

/** One edge: its numbers now against usual, where its time goes, who is at its ends. */
export function EdgePanel({ edge, at, tick, baseline, select }: Props) {
  const usual = baseline === null ? {} : { usualFrom: baseline.from, usualTo: baseline.to };
  const path = apiPath('edge', { ...edge, at, ...usual });
  const { data, problem, path: answered } = useResource<EdgeDetailBody>(path, tick);
  if (problem !== null)
    return (
      <p class="problem">
        {problem.detail}. {problem.hint}
      </p>
    );
  if (data === null || (answered !== path && data.server !== edge.server))
    return <p class="waiting">Reading …</p>;
  const { status, signal } = data;
  return (
    <article>
      <h2 class="ends">
        <button type="button" class="link" onClick={() => select({ kind: 'node', node: data.client })}>
          <Name text={data.client} length={40} />
        </button>
        <span aria-hidden="true"> → </span>
        <span class="unseen"> to </span>
        <button type="button" class="link" onClick={() => select({ kind: 'node', node: data.server })}>
          <Name text={data.server} length={40} />
        </button>
        <span class="port"> :{data.port}</span>
      </h2>
      <p class="verdict" aria-live="polite">
        <StatusIcon status={status} />
        {signal === null
          ? STATUS_WORD[status]
          : `${signalWord(signal.signal)}: ${inUnit(signal.was, signal.unit)} → ${inUnit(signal.is, signal.unit)}`}
      </p>
      {data.crossZone !== null && (
        <p class="note">
          {data.crossZone.share === 0
            ? 'Stays inside its zone.'
            : `${percent(data.crossZone.share)} of these ${data.crossZone.of} cross zones.`}
        </p>
      )}
      <Compared
        caption={`Numbers of ${data.client} to ${data.server}`}
        measures={measures(data)}
        hasUsual={data.usual !== null}
      />
      {data.now.latencyMs.p99 !== null && (
        <>
          <h3>Latency</h3>
          <Curve points={data.curve} usual={data.usual?.numbers.latencyMs ?? null} />
          <h3>Where the time goes</h3>
          <TimeBars now={data.time} usual={data.usual?.time ?? null} />
        </>
      )}
      <h3>
        Client <Name text={data.client} length={34} />
      </h3>
      <Ends end={data.clients} side="client" />
      <h3>
        Server <Name text={data.server} length={34} />
      </h3>
      <Ends end={data.servers} side="server" />
      <Sql title="Rows behind these numbers" text={data.rows} />
    </article>
  );
}

function measures({ now, period, usual }: EdgeDetailBody): Measure[] {
  const was = usual?.numbers ?? null;
  return [
    { name: 'Requests/s', now: perSecond(now.requestsPerSecond), usual: perSecond(was?.requestsPerSecond) },
    {
      name: 'Connections/s',
      now: perSecond(now.connectionsPerSecond),
      usual: perSecond(was?.connectionsPerSecond),
    },
    {
      name: 'Failed requests',
      now: percent(now.failureShare),
      usual: percent(was?.failureShare),
      ...worse(now.failureShare, was?.failureShare),
    },
    { name: 'Failed connects', now: count(now.failedConnections), usual: count(was?.failedConnections) },
    {
      name: 'P50',
      now: millis(now.latencyMs.p50),
      usual: millis(was?.latencyMs.p50),
      ...worse(now.latencyMs.p50, was?.latencyMs.p50),
    },
    {
      name: 'P95',
      now: millis(now.latencyMs.p95),
      usual: millis(was?.latencyMs.p95),
      ...worse(now.latencyMs.p95, was?.latencyMs.p95),
    },
    {
      name: 'P99',
      now: millis(now.latencyMs.p99),
      usual: millis(was?.latencyMs.p99),
      ...worse(now.latencyMs.p99, was?.latencyMs.p99),
    },
    { name: 'Round trip', now: millis(now.roundTripMs), usual: millis(was?.roundTripMs) },
    {
      name: 'Retransmits',
      now: percent(now.retransmitShare),
      usual: percent(was?.retransmitShare),
      ...worse(now.retransmitShare, was?.retransmitShare),
    },
    {
      name: 'Sent/s',
      now: rate(now.bytesSent, period),
      usual: was === null ? '' : rate(was.bytesSent, usual?.period),
    },
    {
      name: 'Received/s',
      now: rate(now.bytesReceived, period),
      usual: was === null ? '' : rate(was.bytesReceived, usual?.period),
    },
  ];
}

function rate(total: number, period: EdgeDetailBody['period'] | undefined): string {
  if (period === undefined) return '';
  return bytes(total / Math.max(1, (Date.parse(period.to) - Date.parse(period.from)) / 1000));
}

/** A number at least half as large again is set in bold; whether it means anything is the status's business. */
function worse(now: number | null, was: number | null | undefined): { times?: number } {
  if (now === null || was === null || was === undefined || was <= 0 || now < was * 1.5) return {};
  return { times: now / was };
}
