import { clock, moment } from '../domain/format.ts';
import type { Navigate } from '../state/use-route.ts';

interface Props {
  readonly range: { readonly from: string; readonly to: string } | null;
  readonly at: string | null;
  /** Time of what is shown. */
  readonly shown: string | null;
  readonly live: boolean;
  readonly stale: boolean;
  readonly navigate: Navigate;
}

/** The base window: nothing in the store is finer. */
const STEP_MS = 10_000;

/** Now or earlier: a slider over everything the store holds. */
export function TimeControl({ range, at, shown, live, stale, navigate }: Props) {
  if (range === null) return null;
  const from = Date.parse(range.from);
  const to = Date.parse(range.to);
  const value = at === null ? to : Math.min(Math.max(Date.parse(at), from), to);
  const go = (text: string, how: 'push' | 'replace'): void => {
    const time = Number(text);
    navigate({ at: time >= to ? null : new Date(time).toISOString() }, how);
  };
  const time = shown ?? new Date(value).toISOString();
  return (
    <div class="time">
      <input
        type="range"
        aria-label="Time"
        aria-valuetext={moment(time)}
        min={from}
        max={to}
        step={STEP_MS}
        value={value}
        onInput={(event) => go(event.currentTarget.value, 'replace')}
        onChange={(event) => go(event.currentTarget.value, 'push')}
      />
      <time dateTime={time} title={time}>
        {to - from > 86_400_000 ? moment(time) : clock(time)}
      </time>
      <button
        type="button"
        class={`now ${at === null ? 'on' : ''}`}
        aria-pressed={at === null}
        onClick={() => navigate({ at: null })}
      >
        <span class={`pulse ${live && !stale && at === null ? 'live' : ''}`} aria-hidden="true" />
        {live ? 'Live' : 'End'}
      </button>
    </div>
  );
}
