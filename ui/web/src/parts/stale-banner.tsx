import { clock } from '../domain/format.ts';

export function StaleBanner({ shown }: { shown: string | null }) {
  return (
    <p class="stale" role="status">
      <strong>The server does not answer.</strong>
      {shown === null ? ' Nothing has been loaded yet.' : ` What you see is from ${clock(shown)}.`} Trying
      again.
    </p>
  );
}
