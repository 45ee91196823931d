import { useEffect, useState } from 'preact/hooks';
import type { StateBody } from '../../../server/index.ts';

export interface Live {
  readonly state: StateBody | null;
  /** True while the server does not answer: what is on the page is old. */
  readonly stale: boolean;
  /** Changes whenever there is something newer to ask for. */
  readonly tick: number;
}

/** Two heartbeats and a little: a connection that is silent for longer is dead even if nobody closed it. */
const SILENCE_MS = 35_000;
/** A reconnect within this time is not worth alarming anybody. */
const GRACE_MS = 2500;

/** Follows the server's events; the browser reconnects by itself. */
export function useLive(): Live {
  const [live, setLive] = useState<Live>({ state: null, stale: false, tick: 0 });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const source = new EventSource('/api/v1/events');
    const expect = (milliseconds: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => setLive((before) => ({ ...before, stale: true })), milliseconds);
    };
    source.addEventListener('open', () => {
      expect(SILENCE_MS);
      setLive((before) => (before.stale ? { ...before, stale: false, tick: before.tick + 1 } : before));
    });
    source.addEventListener('state', (event) => {
      expect(SILENCE_MS);
      const state = JSON.parse(event.data) as StateBody;
      // The page asks for everything when it opens; only later events bring something newer.
      setLive((before) => ({ state, stale: false, tick: before.tick + (before.state === null ? 0 : 1) }));
    });
    source.addEventListener('heartbeat', () => expect(SILENCE_MS));
    source.addEventListener('error', () => expect(GRACE_MS));
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, []);
  return live;
}
