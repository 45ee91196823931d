import type { EdgeDetailBody } from '../../../server/index.ts';
import { millis } from '../domain/format.ts';

type Split = EdgeDetailBody['time'];

const PARTS = [
  ['networkMs', 'network'],
  ['waitMs', 'wait'],
  ['serviceMs', 'service'],
] as const;

/** The mean request as a bar to the same scale, now and usual. */
export function TimeBars({ now, usual }: { now: Split; usual: Split | null }) {
  if (now.networkMs === null) {
    return (
      <p class="note">
        The server's side was not seen, so only the whole is known: {millis(now.totalMs)} on average.
      </p>
    );
  }
  const scale = Math.max(now.totalMs ?? 0, usual?.totalMs ?? 0, 1e-6);
  return (
    <table class="time-bars">
      <caption class="unseen">Mean time of a request by where it goes</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">When</th>
          {PARTS.map(([key, word]) => (
            <th key={key} scope="col">
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <Row title="now" split={now} scale={scale} />
        {usual !== null && usual.networkMs !== null && <Row title="usual" split={usual} scale={scale} />}
      </tbody>
    </table>
  );
}

function Row({ title, split, scale }: { title: string; split: Split; scale: number }) {
  let left = 0;
  return (
    <tr>
      <th scope="row">{title}</th>
      <td colSpan={PARTS.length}>
        <svg viewBox="0 0 300 12" preserveAspectRatio="none" width="100%" height="12" aria-hidden="true">
          {PARTS.map(([key]) => {
            const width = ((split[key] ?? 0) / scale) * 300;
            const x = left;
            left += width;
            return <rect key={key} class={key} x={x} y="0" width={Math.max(width, 0)} height="12" />;
          })}
        </svg>
        <span class="parts">
          {PARTS.map(([key, word]) => (
            <span key={key} class={`key ${key}`}>
              {word} {millis(split[key])}
            </span>
          ))}
        </span>
      </td>
    </tr>
  );
}
