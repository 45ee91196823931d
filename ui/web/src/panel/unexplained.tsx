import type { ReportBody } from '../../../server/index.ts';
import { inUnit } from '../domain/format.ts';
import type { Selection } from '../domain/route.ts';
import { signalWord } from '../domain/status.ts';
import { EdgeTitle } from '../parts/name.tsx';

/** What was looked at beyond this many is in the table. */
const SHOWN = 8;

/** Something is off and nothing recorded explains it: say so, and what was looked at. */
export function Unexplained(props: {
  readonly signals: ReportBody['signals'];
  readonly select: (selection: Selection | null) => void;
}) {
  return (
    <section class="finding">
      <p>No workload, version, instance, node or zone stands out. What left its baseline:</p>
      <ul class="plain">
        {props.signals.slice(0, SHOWN).map((signal) => (
          <li key={`${signal.edge.client} ${signal.edge.server} ${signal.edge.port} ${signal.signal}`}>
            <button
              type="button"
              class="link"
              onClick={() => props.select({ kind: 'edge', edge: signal.edge })}
            >
              <EdgeTitle {...signal.edge} />
            </button>
            <span class="note">
              {' '}
              {signalWord(signal.signal)} {inUnit(signal.was, signal.unit)} → {inUnit(signal.is, signal.unit)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
