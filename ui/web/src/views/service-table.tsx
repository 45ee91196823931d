import { useState } from 'preact/hooks';
import type { ServicesBody } from '../../../server/index.ts';
import { millis, percent, perSecond } from '../domain/format.ts';
import { groupBy } from '../domain/group.ts';
import { worst } from '../domain/status.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { RouteLink } from '../parts/link.tsx';
import { Name } from '../parts/name.tsx';
import { StatusIcon } from '../parts/status-icon.tsx';
import type { Navigate } from '../state/use-route.ts';

type Service = ServicesBody['services'][number];

interface Props {
  readonly body: ServicesBody;
  readonly at: string | null;
  readonly navigate: Navigate;
}

/** Namespaces as filters, workloads by traffic below. */
export function ServiceTable({ body, at, navigate }: Props) {
  const [only, setOnly] = useState<string | null>(null);
  const namespaces = [...groupBy(body.services, (service) => service.namespace)]
    .map(([namespace, services]) => ({
      namespace,
      count: services.length,
      rate: services.reduce((sum, service) => sum + (service.callers > 0 ? service.requestsPerSecond : 0), 0),
      status: worst(services.map((service) => service.status).filter((status) => status !== 'unknown')),
    }))
    .sort((a, b) => b.rate - a.rate || (a.namespace < b.namespace ? -1 : 1));
  const rows = body.services.filter((service) => only === null || service.namespace === only);
  return (
    <section class="services" aria-labelledby="services-title">
      <h2 id="services-title">
        By traffic <span class="note">{body.services.length + body.more} workloads, last minute</span>
      </h2>
      {namespaces.length > 1 && (
        <fieldset class="chips" aria-label="Namespaces">
          {namespaces.map(({ namespace, count, rate, status }) => (
            <button
              key={namespace}
              type="button"
              aria-pressed={only === namespace}
              onClick={() => setOnly(only === namespace ? null : namespace)}
            >
              {status !== 'ok' && <StatusIcon status={status} />}
              {namespace === '' ? 'outside' : <Name text={namespace} length={30} />}
              <span class="note">
                {count}
                {rate > 0 && ` · ${perSecond(rate)}/s`}
              </span>
            </button>
          ))}
        </fieldset>
      )}
      <DataTable
        caption="Workloads by traffic"
        columns={columns(at, navigate)}
        rows={rows}
        rowKey={(service) => service.id}
        initial={{ column: 'requests', ascending: false }}
      />
      {body.more > 0 && <p class="note">{body.more} quieter workloads are not listed; search finds them.</p>}
    </section>
  );
}

const RANK = { ok: 0, unknown: 1, warn: 2, bad: 3 } as const;

function columns(at: string | null, navigate: Navigate): Column<Service>[] {
  return [
    {
      key: 'name',
      title: 'Workload',
      sort: (service) => service.workload,
      cell: (service) => (
        <RouteLink to={{ centre: service.id, at }} navigate={navigate} class="workload">
          <Name text={service.workload} length={48} />
          <span class="note">
            {service.namespace === '' ? 'outside' : <Name text={service.namespace} length={30} />}
          </span>
        </RouteLink>
      ),
    },
    {
      key: 'status',
      title: 'State',
      descending: true,
      sort: (service) => RANK[service.status],
      cell: (service) => <StatusIcon status={service.status} word />,
    },
    {
      key: 'requests',
      title: 'Requests/s',
      numeric: true,
      sort: (service) => service.requestsPerSecond,
      cell: (service) => perSecond(service.requestsPerSecond),
    },
    {
      key: 'connections',
      title: 'Connections/s',
      numeric: true,
      sort: (service) => service.connectionsPerSecond,
      cell: (service) => perSecond(service.connectionsPerSecond),
    },
    {
      key: 'failures',
      title: 'Failed',
      numeric: true,
      sort: (service) => service.failureShare,
      cell: (service) => percent(service.failureShare),
    },
    {
      key: 'p99',
      title: 'P99',
      numeric: true,
      sort: (service) => service.p99Ms,
      cell: (service) => millis(service.p99Ms),
    },
    {
      key: 'callers',
      title: 'Callers',
      numeric: true,
      sort: (service) => service.callers,
      cell: (service) => service.callers,
    },
    {
      key: 'dependencies',
      title: 'Calls',
      numeric: true,
      sort: (service) => service.dependencies,
      cell: (service) => service.dependencies,
    },
  ];
}
