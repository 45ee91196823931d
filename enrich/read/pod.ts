import { labelVersion } from './image.ts';
import { annotation, label, type Meta, readMeta } from './meta.ts';
import { address, each, field, integer, items, path, port, text, time } from './value.ts';

export interface ContainerView {
  readonly name: string;
  readonly image: string | null;
  /** Ports the container declares; on a hostNetwork pod these are the node's. */
  readonly ports: readonly number[];
  /** Ports of the node that lead to the container. */
  readonly hostPorts: readonly number[];
  /** Runtime id without its scheme, `null` until the container was made. */
  readonly id: string | null;
  readonly restarts: number;
  /** Why it ended the last time: "OOMKilled, exit code 137". */
  readonly lastEnd: string | null;
  /** Runs beside the others for the pod's whole life: no init or debug container. */
  readonly lasting: boolean;
}

/** What naming needs of a Pod. */
export interface PodView extends Meta {
  readonly version: string | null;
  readonly templateHash: string | null;
  /** A static pod's cgroup bears this hash instead of the uid. */
  readonly configHash: string | null;
  readonly node: string | null;
  readonly hostNetwork: boolean;
  readonly phase: string;
  /** Why a failed pod failed: "Evicted". */
  readonly reason: string | null;
  readonly ips: readonly string[];
  readonly containers: readonly ContainerView[];
  /** Init containers are at work, the others do not run yet. */
  readonly initializing: boolean;
  /** Start of the first container that runs, whole seconds: the pod had its addresses before. */
  readonly startedAt: number | null;
}

/** A pod in a terminal phase no longer owns the addresses its status still shows. */
export const isOver = ({ phase }: PodView): boolean => phase === 'Succeeded' || phase === 'Failed';

export function readPod(object: unknown): PodView | null {
  const meta = readMeta('Pod', object);
  if (meta === null) return null;
  const spec = field(object, 'spec');
  const status = field(object, 'status');
  const phase = text(field(status, 'phase')) ?? 'Unknown';
  return {
    ...meta,
    version: labelVersion(path(object, 'metadata', 'labels')),
    templateHash: label(object, 'pod-template-hash'),
    configHash: annotation(object, 'kubernetes.io/config.hash'),
    node: text(field(spec, 'nodeName')),
    hostNetwork: field(spec, 'hostNetwork') === true,
    phase,
    reason: text(field(status, 'reason')),
    ips: readAddresses(status),
    containers: readContainers(spec, status),
    initializing: phase === 'Pending' && items(field(spec, 'initContainers')).length > 0,
    startedAt: firstStart(field(status, 'containerStatuses')),
  };
}

function readAddresses(status: unknown): readonly string[] {
  const all = each(field(status, 'podIPs'), (item) => address(field(item, 'ip')));
  const first = address(field(status, 'podIP'));
  return [...new Set(first === null ? all : [first, ...all])];
}

const LISTS = [
  ['containers', 'containerStatuses'],
  ['initContainers', 'initContainerStatuses'],
  ['ephemeralContainers', 'ephemeralContainerStatuses'],
] as const;

function readContainers(spec: unknown, status: unknown): readonly ContainerView[] {
  return LISTS.flatMap(([specs, statuses]) => {
    const states = new Map(
      items(field(status, statuses)).map((state) => [text(field(state, 'name')), state]),
    );
    return each(field(spec, specs), (container) => {
      const name = text(field(container, 'name'));
      if (name === null) return null;
      const state = states.get(name);
      const declared = field(container, 'ports');
      return {
        name,
        image: text(field(container, 'image')),
        ports: each(declared, (item) => port(field(item, 'containerPort'))),
        hostPorts: each(declared, (item) => port(field(item, 'hostPort'))),
        id: text(field(state, 'containerID'))?.replace(/^[a-z0-9.+-]+:\/\//, '') ?? null,
        restarts: integer(field(state, 'restartCount'), 0, 2 ** 31) ?? 0,
        lastEnd: lastEnd(path(state, 'lastState', 'terminated')),
        // An init container that restarts always is a sidecar.
        lasting: specs === 'containers' || field(container, 'restartPolicy') === 'Always',
      };
    });
  });
}

function lastEnd(terminated: unknown): string | null {
  const code = integer(field(terminated, 'exitCode'), -(2 ** 31), 2 ** 31);
  if (code === null) return null;
  const reason = text(field(terminated, 'reason'));
  return reason === null ? `exit code ${code}` : `${reason}, exit code ${code}`;
}

function firstStart(statuses: unknown): number | null {
  const starts = each(statuses, (state) => time(path(state, 'state', 'running', 'startedAt')));
  return starts.length === 0 ? null : Math.min(...starts);
}
