import { useMemo, useState } from 'preact/hooks';
import { HOME } from './domain/route.ts';
import { Help } from './parts/help.tsx';
import { RouteLink } from './parts/link.tsx';
import { Search } from './parts/search.tsx';
import { StaleBanner } from './parts/stale-banner.tsx';
import { TimeControl } from './parts/time-control.tsx';
import { useKeys } from './state/use-keys.ts';
import { useLive } from './state/use-live.ts';
import { useRoute } from './state/use-route.ts';
import { HomeView } from './views/home.tsx';
import { MapView } from './views/map.tsx';

export function App() {
  const [route, navigate] = useRoute();
  const live = useLive();
  const [shown, setShown] = useState<string | null>(null);
  const [help, setHelp] = useState(false);
  const open = (service: string): void =>
    navigate({ ...HOME, centre: service, at: route.at, hops: route.hops, view: route.view });
  const keys = useMemo(
    () => ({
      '/': () => document.getElementById('search')?.focus(),
      '?': () => setHelp(true),
    }),
    [],
  );
  useKeys(keys);
  // A view of an earlier time does not change; only what follows the newest data asks again.
  const tick = route.at === null ? live.tick : 0;
  return (
    <>
      <header class="bar">
        <RouteLink class="brand" to={{ at: route.at }} navigate={navigate}>
          <svg viewBox="0 0 22 22" width="22" height="22" aria-hidden="true">
            <path d="M1.5 7h6l2 4-2 4h-6M20.500 7h-4l-2 4 2 4h4" />
            <path class="fault" d="M13.500 1.500l-3.500 9h3l-3.500 10" />
          </svg>
          faultline
        </RouteLink>
        <Search key={route.centre ?? ''} open={open} focusHere={route.centre === null} />
        <TimeControl
          range={live.state?.range ?? null}
          at={route.at}
          shown={shown}
          live={live.state?.live ?? false}
          stale={live.stale}
          navigate={navigate}
        />
        <button
          type="button"
          class="quiet help-button"
          onClick={() => setHelp(true)}
          aria-label="Help and keys"
        >
          ?
        </button>
      </header>
      {live.stale && <StaleBanner shown={shown} />}
      {route.centre === null ? (
        <HomeView route={route} tick={tick} navigate={navigate} onShown={setShown} />
      ) : (
        <MapView
          route={route}
          centre={route.centre}
          tick={tick}
          navigate={navigate}
          open={open}
          onShown={setShown}
        />
      )}
      <Help open={help} close={() => setHelp(false)} />
    </>
  );
}
