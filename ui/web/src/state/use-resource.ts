import { useEffect, useRef, useState } from 'preact/hooks';
import type { ProblemBody } from '../../../server/index.ts';
import { ApiProblem, getJson } from '../api.ts';

export interface Resource<T> {
  /** The newest answer; of the previous path while the next one is on its way. */
  readonly data: T | null;
  readonly problem: ProblemBody | null;
  readonly loading: boolean;
  /** Path that `data` or `problem` belongs to. */
  readonly path: string | null;
  /** True after the server could not be reached. */
  readonly unreachable: boolean;
}

const EMPTY: Resource<never> = { data: null, problem: null, loading: true, path: null, unreachable: false };

/**
 * Asks again when the path or the tick changes; late answers to old questions are dropped. A tick never interrupts a
 * question, so that answers slower than the ticks still arrive. `null` asks nothing.
 */
export function useResource<T>(path: string | null, tick: number): Resource<T> {
  const [resource, setResource] = useState<Resource<T>>(EMPTY);
  const again = useRef<(() => void) | null>(null);
  useEffect(() => {
    if (path === null) {
      setResource(EMPTY);
      return;
    }
    const abort = new AbortController();
    let busy = false;
    let waiting = false;
    const ask = async (): Promise<void> => {
      if (busy) {
        waiting = true;
        return;
      }
      busy = true;
      setResource((before) => ({ ...before, loading: true }));
      const answer = await answerOf<T>(path, abort.signal);
      busy = false;
      if (abort.signal.aborted) return;
      setResource((before) => ({ ...before, loading: false, ...answer }));
      if (waiting) {
        waiting = false;
        void ask();
      }
    };
    again.current = () => void ask();
    void ask();
    return () => {
      again.current = null;
      abort.abort();
    };
  }, [path]);
  const asked = useRef(tick);
  useEffect(() => {
    if (asked.current !== tick) again.current?.();
    asked.current = tick;
  }, [tick]);
  return resource;
}

async function answerOf<T>(path: string, signal: AbortSignal): Promise<Partial<Resource<T>>> {
  try {
    return { data: await getJson<T>(path, signal), problem: null, path, unreachable: false };
  } catch (error) {
    if (!(error instanceof ApiProblem)) return { unreachable: true };
    return { data: null, problem: error.problem, path, unreachable: false };
  }
}
