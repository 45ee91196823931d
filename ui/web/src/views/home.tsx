import { useEffect } from 'preact/hooks';
import type { AnomaliesBody, CoverageBody, ServicesBody } from '../../../server/index.ts';
import { apiPath } from '../api.ts';
import type { Route } from '../domain/route.ts';
import { Problem } from '../parts/problem.tsx';
import { useResource } from '../state/use-resource.ts';
import type { Navigate } from '../state/use-route.ts';
import { CoverageLine } from './coverage-line.tsx';
import { EmptyStore } from './empty-store.tsx';
import { OffList } from './off-list.tsx';
import { ServiceTable } from './service-table.tsx';

interface Props {
  readonly route: Route;
  readonly tick: number;
  readonly navigate: Navigate;
  readonly onShown: (at: string | null) => void;
}

/** What is off right now, then everything by traffic; never the whole graph. */
export function HomeView({ route, tick, navigate, onShown }: Props) {
  const query = { at: route.at };
  const anomalies = useResource<AnomaliesBody>(apiPath('anomalies', query), tick);
  const services = useResource<ServicesBody>(apiPath('services', query), tick);
  const coverage = useResource<CoverageBody>(apiPath('coverage', query), tick);
  const at = services.data?.at ?? null;
  useEffect(() => onShown(at), [at, onShown]);
  useEffect(() => {
    document.title = 'faultline';
  }, []);
  const problem = services.problem ?? anomalies.problem;
  if (problem?.code === 'FL-555') return <EmptyStore problem={problem} />;
  return (
    <main class="home">
      {problem !== null && <Problem problem={problem} open={(centre) => navigate({ centre })} />}
      {coverage.data !== null && <CoverageLine coverage={coverage.data} />}
      {anomalies.data !== null && <OffList anomalies={anomalies.data} at={route.at} navigate={navigate} />}
      {services.data !== null && <ServiceTable body={services.data} at={route.at} navigate={navigate} />}
      {services.data === null && problem === null && (
        <p class="waiting" role="status">
          {services.unreachable ? 'The server cannot be reached.' : 'Reading …'}
        </p>
      )}
    </main>
  );
}
