import type { AnomaliesBody } from '../../../server/index.ts';
import { inUnit, ratio } from '../domain/format.ts';
import { edgeId } from '../domain/ids.ts';
import { signalWord } from '../domain/status.ts';
import { RouteLink } from '../parts/link.tsx';
import { EdgeTitle } from '../parts/name.tsx';
import { StatusIcon } from '../parts/status-icon.tsx';
import type { Navigate } from '../state/use-route.ts';

interface Props {
  readonly anomalies: AnomaliesBody;
  readonly at: string | null;
  readonly navigate: Navigate;
}

/** More than this is a table's work; a list is for what one can hold in mind. */
const SHOWN = 12;

export function OffList({ anomalies, at, navigate }: Props) {
  const { counts } = anomalies;
  const off = counts.bad + counts.warn;
  const watched = off + counts.ok + counts.unknown;
  return (
    <section class="off" aria-labelledby="off-title">
      <h1 id="off-title" aria-live="polite">
        <StatusIcon status={counts.bad > 0 ? 'bad' : counts.warn > 0 ? 'warn' : 'ok'} />
        {off === 0 ? 'All quiet' : `${off} of ${watched} edges ${off === 1 ? 'is' : 'are'} off`}
      </h1>
      {off === 0 && (
        <p class="note">
          {watched} edge{watched === 1 ? '' : 's'} watched
          {counts.unknown > 0 ? `, ${counts.unknown} with too little data to judge` : ''}.
        </p>
      )}
      <ol class="plain">
        {anomalies.anomalies.slice(0, SHOWN).map(({ status, signal, ...edge }) => (
          <li key={edgeId(edge)}>
            <RouteLink
              to={{ centre: edge.server, at, selection: { kind: 'edge', edge }, panel: 'report' }}
              navigate={navigate}
            >
              <StatusIcon status={status} />
              <EdgeTitle {...edge} />
              {signal !== null && (
                <span class="measure">
                  {signalWord(signal.signal)} <span class="was">{inUnit(signal.was, signal.unit)}</span>
                  {' → '}
                  <strong>{inUnit(signal.is, signal.unit)}</strong>
                  <span class="times">{ratio(signal.is, signal.was) ?? ''}</span>
                </span>
              )}
            </RouteLink>
          </li>
        ))}
      </ol>
      {off > SHOWN && <p class="note">and {off - SHOWN} more, marked in the table below.</p>}
    </section>
  );
}
