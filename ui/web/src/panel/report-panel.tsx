import type { ReportBody } from '../../../server/index.ts';
import { clock } from '../domain/format.ts';
import type { Selection } from '../domain/route.ts';
import { plain } from '../domain/text.ts';
import { Problem } from '../parts/problem.tsx';
import { StatusIcon } from '../parts/status-icon.tsx';
import type { Resource } from '../state/use-resource.ts';
import { FindingView } from './finding-view.tsx';
import { Others } from './others.tsx';
import { Unexplained } from './unexplained.tsx';

interface Props {
  readonly report: Resource<ReportBody>;
  /** Index of the finding marked on the map. */
  readonly finding: number;
  readonly chooseFinding: (index: number) => void;
  readonly open: (node: string) => void;
  readonly select: (selection: Selection | null) => void;
}

/** Why: what was not seen first, then the answer, then what it rests on. */
export function ReportPanel({ report, finding, chooseFinding, open, select }: Props) {
  const { data, problem, unreachable } = report;
  if (problem !== null) return <Problem problem={problem} open={open} />;
  if (data === null) {
    return (
      <p class="waiting" role="status">
        {unreachable ? 'The server cannot be reached.' : 'Looking into it …'}
      </p>
    );
  }
  const status = data.verdict === 'anomalous' ? 'bad' : data.verdict === 'healthy' ? 'ok' : 'unknown';
  return (
    <article class="report">
      <Blind coverage={data.coverage} />
      <h2 class="headline" aria-live="polite">
        <StatusIcon status={status} />
        <span>{plain(data.text)}</span>
      </h2>
      {data.findings.map((one, index) => (
        <FindingView
          key={one.rank}
          finding={one}
          service={data.service}
          marked={index === finding}
          mark={() => chooseFinding(index)}
          select={select}
        />
      ))}
      {data.verdict === 'anomalous' && data.findings.length === 0 && (
        <Unexplained signals={data.signals} select={select} />
      )}
      <Others report={data} open={open} />
      <footer>
        <p>
          Looked at {clock(data.from)} to {clock(data.to)}, compared with {clock(data.baseline.from)} to{' '}
          {clock(data.baseline.to)}.
        </p>
        <p>Seen: {data.coverage.text}.</p>
      </footer>
    </article>
  );
}

/** Where the probe was blind, the answer may be wrong: that comes first. */
function Blind({ coverage }: { coverage: ReportBody['coverage'] }) {
  const silent = coverage.nodesExpected - coverage.nodesReporting;
  const lossy = coverage.seen < 0.99;
  if (silent <= 0 && coverage.gaps.length === 0 && !lossy) return null;
  return (
    <p class="coverage gap" role="alert">
      <strong>Not everything was seen. </strong>
      {silent > 0 && `${silent} of ${coverage.nodesExpected} nodes have no probe reporting. `}
      {coverage.gaps.map(({ from, to }) => `No probe ran from ${clock(from)} to ${clock(to)}. `)}
      {lossy && `${coverage.lost} connections were lost.`}
    </p>
  );
}
