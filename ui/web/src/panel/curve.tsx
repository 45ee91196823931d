import { useState } from 'preact/hooks';
import type { EdgeDetailBody } from '../../../server/index.ts';
import { pathOf, scaleOf } from '../domain/curve-path.ts';
import { clock, count, millis } from '../domain/format.ts';

interface Props {
  readonly points: EdgeDetailBody['curve'];
  readonly usual: { readonly p50: number | null; readonly p99: number | null } | null;
}

const FRAME = { width: 340, height: 92 };

/** P50 and P99 over the last hour, with the usual P99 as a line to compare with. */
export function Curve({ points, usual }: Props) {
  const [pointed, setPointed] = useState<number | null>(null);
  const times = points.map((point) => Date.parse(point.at));
  const largest = Math.max(usual?.p99 ?? 0, ...points.map((point) => point.p99Ms ?? 0));
  const scale = scaleOf(times, largest, FRAME);
  const line = (value: (point: Props['points'][number]) => number | null): string =>
    pathOf(
      points.map((point, i) => ({ time: times[i]!, value: value(point) })),
      scale,
    );
  const shown = pointed === null ? undefined : points[pointed];
  const point = (event: PointerEvent): void => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * FRAME.width;
    let nearest = 0;
    times.forEach((time, i) => {
      if (Math.abs(scale.x(time) - x) < Math.abs(scale.x(times[nearest]!) - x)) nearest = i;
    });
    setPointed(nearest);
  };
  if (points.length === 0) return null;
  const last = points.at(-1)!;
  const label = `P99 ${millis(last.p99Ms)}, P50 ${millis(last.p50Ms)} at ${clock(last.at)}; usual P99 ${millis(usual?.p99)}.`;
  return (
    <figure class="curve">
      <svg
        viewBox={`0 0 ${FRAME.width} ${FRAME.height}`}
        role="img"
        aria-label={label}
        onPointerMove={point}
        onPointerLeave={() => setPointed(null)}
      >
        <line class="grid" x1="0" x2={FRAME.width} y1="0.5" y2="0.5" />
        <line class="grid" x1="0" x2={FRAME.width} y1={FRAME.height / 2} y2={FRAME.height / 2} />
        <line class="axis" x1="0" x2={FRAME.width} y1={FRAME.height - 0.5} y2={FRAME.height - 0.5} />
        {usual?.p99 != null && (
          <line class="usual" x1="0" x2={FRAME.width} y1={scale.y(usual.p99)} y2={scale.y(usual.p99)} />
        )}
        <path class="p50" d={line((p) => p.p50Ms)} />
        <path class="p99" d={line((p) => p.p99Ms)} />
        {shown !== undefined && (
          <line
            class="pointer"
            x1={scale.x(Date.parse(shown.at))}
            x2={scale.x(Date.parse(shown.at))}
            y1="0"
            y2={FRAME.height}
          />
        )}
        <text x="3" y="11">
          {millis(scale.top)}
        </text>
      </svg>
      <figcaption>
        {shown === undefined ? (
          <>
            <span class="key p99">P99</span>
            <span class="key p50">P50</span>
            {usual?.p99 != null && <span class="key usual">usual P99</span>}
            <span class="span">
              {clock(points[0]!.at)} – {clock(last.at)}
            </span>
          </>
        ) : (
          <>
            <span class="key p99">{millis(shown.p99Ms)}</span>
            <span class="key p50">{millis(shown.p50Ms)}</span>
            <span>
              {count(shown.requests)} requests, {count(shown.failed)} failed
            </span>
            <span class="span">{clock(shown.at)}</span>
          </>
        )}
      </figcaption>
    </figure>
  );
}
