import type { CoverageBody } from '../../../server/index.ts';
import { clock, count, percent } from '../domain/format.ts';

/** Could it see? Gaps are said before everything else, a clean bill in one quiet line. */
export function CoverageLine({ coverage }: { coverage: CoverageBody }) {
  const { nodes, seen, lost, ends, unresolved, gaps, features } = coverage;
  const silent = nodes.filter((node) => !node.reporting);
  const reporting = nodes.length - silent.length;
  const made = seen + lost;
  const missing = silent.length > 0 || gaps.length > 0 || (made > 0 && lost / made > 0.01);
  return (
    <div class={`coverage ${missing ? 'gap' : ''}`} role={missing ? 'alert' : undefined}>
      <p>
        {missing && <strong>Not everything is seen. </strong>}
        {silent.length > 0 &&
          `No probe reports from ${silent
            .slice(0, 3)
            .map((node) => node.node)
            .join(', ')}${silent.length > 3 ? ` and ${silent.length - 3} more` : ''}. `}
        {gaps.map(({ from, to }) => `No probe ran from ${clock(from)} to ${clock(to)}. `)}
        {made > 0 && `${percent(seen / made)} of connections seen `}
        on {reporting} of {nodes.length} node{nodes.length === 1 ? '' : 's'}, {count(lost)} lost
        {ends > 0 && `, ${percent(unresolved / ends)} of ends unnamed`}
      </p>
      {features.length > 0 && (
        <details>
          <summary>
            {features.length} part{features.length === 1 ? '' : 's'} of the probe not running
          </summary>
          <ul>
            {features.map(({ name, state, reason, lost: without }) => (
              <li key={name}>
                <strong>{name}</strong> ({state}): {reason} {without}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
