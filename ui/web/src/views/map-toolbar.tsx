import { clampHops, type Direction, MAX_HOPS, type Route } from '../domain/route.ts';
import { Name } from '../parts/name.tsx';
import type { Navigate } from '../state/use-route.ts';

const DIRECTIONS: readonly (readonly [Direction, string])[] = [
  ['up', 'Callers'],
  ['both', 'Both'],
  ['down', 'Dependencies'],
];

export function MapToolbar(props: {
  readonly route: Route;
  readonly centre: string;
  readonly navigate: Navigate;
}) {
  const { route, centre, navigate } = props;
  return (
    <div class="toolbar">
      <h1>
        <Name text={centre} length={44} />
      </h1>
      <fieldset class="stepper" aria-label="Hops">
        <button
          type="button"
          aria-label="Fewer hops"
          disabled={route.hops <= 1}
          onClick={() => navigate({ hops: clampHops(route.hops - 1) })}
        >
          <kbd>[</kbd>
        </button>
        <output aria-live="polite">
          {route.hops} hop{route.hops === 1 ? '' : 's'}
        </output>
        <button
          type="button"
          aria-label="More hops"
          disabled={route.hops >= MAX_HOPS}
          onClick={() => navigate({ hops: clampHops(route.hops + 1) })}
        >
          <kbd>]</kbd>
        </button>
      </fieldset>
      <fieldset class="segments" aria-label="Direction">
        {DIRECTIONS.map(([direction, word]) => (
          <button
            key={direction}
            type="button"
            aria-pressed={route.direction === direction}
            onClick={() => navigate({ direction })}
          >
            {word}
          </button>
        ))}
      </fieldset>
      <fieldset class="segments" aria-label="View">
        <button type="button" aria-pressed={route.view === 'map'} onClick={() => navigate({ view: 'map' })}>
          Map
        </button>
        <button
          type="button"
          aria-pressed={route.view === 'table'}
          onClick={() => navigate({ view: 'table' })}
        >
          Table
        </button>
      </fieldset>
      {route.panel === 'none' && (
        <button type="button" class="why" onClick={() => navigate({ panel: 'report' })}>
          Why?
        </button>
      )}
    </div>
  );
}
