import { useCallback, useEffect, useState } from 'preact/hooks';
import { parseRoute, type Route, routePath } from '../domain/route.ts';

export type Navigate = (change: Partial<Route>, how?: 'push' | 'replace') => void;

/** The address is the state: every change is written to it, and going back restores what was seen. */
export function useRoute(): [Route, Navigate] {
  const [route, setRoute] = useState(() => parseRoute(new URL(location.href)));
  useEffect(() => {
    const restore = (): void => setRoute(parseRoute(new URL(location.href)));
    addEventListener('popstate', restore);
    return () => removeEventListener('popstate', restore);
  }, []);
  const navigate = useCallback<Navigate>((change, how = 'push') => {
    const next = { ...parseRoute(new URL(location.href)), ...change };
    const path = routePath(next);
    if (path !== location.pathname + location.search) {
      if (how === 'push') history.pushState(null, '', path);
      else history.replaceState(null, '', path);
    }
    setRoute(next);
  }, []);
  return [route, navigate];
}
