import type { Change } from '../named-flow.ts';
import type { ServiceView, SliceView } from '../read/service.ts';

/** The pods a service leads to are chosen by other labels now. */
export function serviceChanges(
  old: ServiceView | undefined,
  view: ServiceView,
  at: number,
): readonly Change[] {
  if (old === undefined) return [];
  const was = selector(old);
  const is = selector(view);
  return was === is ? [] : [endpointsChange(view, `selector ${was} → ${is}`, at)];
}

/** A service lost its last ready endpoint, or has one again. */
export function readinessChanges(
  service: ServiceView | null,
  was: readonly SliceView[],
  is: readonly SliceView[],
  at: number,
): readonly Change[] {
  const before = ready(was);
  const after = ready(is);
  if (service === null || before === after || (before > 0 && after > 0)) return [];
  return [endpointsChange(service, `${before} ready → ${after} ready`, at)];
}

const endpointsChange = ({ namespace, name }: ServiceView, what: string, at: number): Change => ({
  at,
  kind: 'endpoints',
  namespace,
  subject: name,
  what,
  tags: { namespace, service: name },
});

const selector = (view: ServiceView): string =>
  [...view.selector].map(([name, value]) => `${name}=${value}`).join(',') || 'none';

const ready = (slices: readonly SliceView[]): number =>
  new Set(
    slices.flatMap(({ members }) =>
      members.filter((member) => member.ready).map((member) => member.pod ?? member.ips[0]),
    ),
  ).size;
