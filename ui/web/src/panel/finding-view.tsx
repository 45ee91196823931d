import { clock, count, percent, span } from '../domain/format.ts';
import { namespaceOf, within } from '../domain/ids.ts';
import {
  alsoFelt,
  badWord,
  counterfactualText,
  domainText,
  type ReportFinding,
  splitText,
  sureness,
} from '../domain/report-words.ts';
import type { Selection } from '../domain/route.ts';
import { shortName } from '../domain/text.ts';
import { EdgeTitle, Name } from '../parts/name.tsx';
import { Sql } from './sql.tsx';

interface Props {
  readonly finding: ReportFinding;
  readonly service: string;
  readonly marked: boolean;
  readonly mark: () => void;
  readonly select: (selection: Selection | null) => void;
}

/** One finding: the claim, the counts it rests on, what was ruled out. */
export function FindingView({ finding, service, marked, mark, select }: Props) {
  const { origin, change } = finding;
  const split = splitText(finding.split);
  return (
    <section class={`finding ${marked ? 'marked' : ''}`} aria-label={`Finding ${finding.rank}`}>
      <h3>
        <button type="button" aria-pressed={marked} title="Mark on the map" onClick={mark}>
          <span class="rank">{finding.rank}</span>
          <span class="claim">{shortName(finding.text)}</span>
          <span class="explains">
            {percent(finding.explains)} of the excess, {sureness(finding.probability)}
          </span>
        </button>
      </h3>
      <dl class="facts">
        <div>
          <dt>Origin</dt>
          <dd>
            {'client' in origin ? (
              <button type="button" class="link" onClick={() => select({ kind: 'edge', edge: origin })}>
                <EdgeTitle {...origin} home={namespaceOf(service)} />
              </button>
            ) : (
              <Name text={origin.workload} />
            )}
          </dd>
        </div>
        <div>
          <dt>Domain</dt>
          <dd class="domain">
            <Name text={domainText(finding.domain, finding.ends)} />
          </dd>
        </div>
        <div>
          <dt>How</dt>
          <dd>
            {finding.mechanism}
            {split !== null && <span class="note"> {split}</span>}
          </dd>
        </div>
      </dl>
      <Counts counted={finding} whole={finding.domain.length === 0} />
      {alsoFelt(finding).map((also) => (
        <Counts key={also.signal} counted={also} whole={finding.domain.length === 0} />
      ))}
      <dl class="facts">
        {change !== null && (
          <div>
            <dt>Before</dt>
            <dd>
              {clock(change.at)} {change.kind} <Name text={change.what} />
              <span class="note"> {gap(change.at, finding.onset)}</span>
            </dd>
          </div>
        )}
        {finding.aliases.map((alias) => (
          <div key={domainText(alias)}>
            <dt>Same as</dt>
            <dd>
              <Name text={domainText(alias)} />
              <span class="note"> the data cannot tell them apart</span>
            </dd>
          </div>
        ))}
        {finding.counterfactual !== null && (
          <div>
            <dt>Without it</dt>
            <dd>
              <Name text={within(service, namespaceOf(service))} length={40} />{' '}
              {counterfactualText(finding.counterfactual)}
            </dd>
          </div>
        )}
        {finding.ruledOut.length > 0 && (
          <div>
            <dt>Not</dt>
            <dd>
              <ul class="plain not">
                {finding.ruledOut.map(({ domain, because }) => (
                  <li key={domainText(domain)}>
                    <Name text={domainText(domain)} /> <span class="note">{shortName(because)}</span>
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        )}
      </dl>
      <Sql title="Rows behind these counts" text={finding.rows} />
    </section>
  );
}

interface CountsProps {
  readonly counted: Pick<ReportFinding, 'inside' | 'outside' | 'signal'>;
  /** No tag narrows it: all of it now stands against all of it before. */
  readonly whole: boolean;
}

function Counts({ counted, whole }: CountsProps) {
  const { inside, outside, signal } = counted;
  const rows = [
    [whole ? 'now' : 'inside', inside],
    [whole ? 'before' : 'elsewhere', outside],
  ] as const;
  return (
    <table class="counts">
      <caption class="unseen">Counts inside and outside the domain</caption>
      <tbody>
        {rows.map(([title, { bad, total, rate }]) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            <td>
              <svg viewBox="0 0 100 8" preserveAspectRatio="none" width="100%" height="8" aria-hidden="true">
                <rect class="ground" width="100" height="8" />
                <rect class="bad" width={rate * 100} height="8" />
              </svg>
            </td>
            <td class="number">
              <strong>{percent(rate)}</strong>
            </td>
            <td class="note">
              {count(bad)} of {count(total)} {badWord(signal)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The onset is known to a window. */
const WINDOW_MILLIS = 10_000;

function gap(change: string, onset: string): string {
  const before = Date.parse(onset) - Date.parse(change);
  if (Math.abs(before) < WINDOW_MILLIS) return 'at that moment';
  return before >= 0 ? `${span(before)} earlier` : `${span(-before)} after the first symptom`;
}
