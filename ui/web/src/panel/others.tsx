import type { ReportBody } from '../../../server/index.ts';
import { percent } from '../domain/format.ts';
import { groupBy } from '../domain/group.ts';
import { nodeId } from '../domain/ids.ts';
import { shortName } from '../domain/text.ts';
import { Name } from '../parts/name.tsx';

/** Who else is hit, and who was looked at and is innocent. */
export function Others({ report, open }: { report: ReportBody; open: (node: string) => void }) {
  const hit = report.blastRadius.filter((node) => nodeId(node) !== report.service);
  const innocent = [...groupBy(report.exonerated, (node) => node.because)];
  if (hit.length === 0 && innocent.length === 0) return null;
  return (
    <dl class="facts others">
      {hit.length > 0 && (
        <div>
          <dt>Also hit</dt>
          <dd>
            {hit.map((node, index) => (
              <span key={nodeId(node)}>
                {index > 0 && ', '}
                <button type="button" class="link" onClick={() => open(nodeId(node))}>
                  <Name text={node.workload} length={40} />
                </button>{' '}
                {percent(node.share)}
              </span>
            ))}{' '}
            of requests
          </dd>
        </div>
      )}
      {innocent.length > 0 && (
        <div>
          <dt>Innocent</dt>
          <dd>
            <ul class="plain">
              {innocent.map(([because, nodes]) => (
                <li key={because}>
                  {nodes.map((node, index) => (
                    <span key={nodeId(node)}>
                      {index > 0 && ', '}
                      <Name text={node.workload} length={40} />
                    </span>
                  ))}
                  <span class="note"> {shortName(because)}</span>
                </li>
              ))}
            </ul>
          </dd>
        </div>
      )}
    </dl>
  );
}
