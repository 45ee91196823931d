import type { Gauge, Owner } from '../../flow.ts';
import type { RawOwner } from '../identity.ts';
import type { Namespaces } from '../namespaces.ts';
import type { LoadedPrograms } from '../programs.ts';
import { type PortUse, portRangeBytes, readPortUses, readQueues, unplacedOf } from './layout.ts';
import { ownerIn, type Place, placesNow } from './places.ts';
import { readSettings, type Settings } from './settings.ts';

/** What fills up in seconds is seen too late in any case; what takes minutes is seen in time. */
const EVERY_MICROS = 10_000_000;
/** Namespaces looked into in one turn, the others in the next: each costs a walk over the machine's table of connections. */
const MAX_NAMESPACES = 64;
/** Gauges told in one turn, the fullest first. */
const MAX_GAUGES = 500;
/** What is used less than this is far from running out, and most things are. */
const LEAST_SHARE = 0.01;

export interface GaugeSources {
  readonly programs: Pick<LoadedPrograms, 'object' | 'isOn'>;
  readonly namespaces: Pick<Namespaces, 'matching' | 'nameOf'>;
  /** Only the matching ones are looked into. */
  readonly filtering: boolean;
  readonly ownerOf: (raw: RawOwner) => Owner;
  readonly onGauges: (gauges: readonly Gauge[]) => void;
}

export interface Gauges {
  /** Called often; reads when it is time. */
  look(now: number): void;
  /** Told of too many, and pairs of addresses that found no place. */
  readonly left: number;
}

/** Reads every few seconds what is running out in the watched namespaces. */
export function followGauges(sources: GaugeSources): Gauges {
  const { programs, namespaces } = sources;
  const { object } = programs;
  let next = Number.NEGATIVE_INFINITY;
  let turn = 0;
  let left = 0;
  let time = 0;

  const place = (netns: number) => ({ time, netns, netnsName: namespaces.nameOf(netns) });

  const queues = (): Gauge[] => {
    if (!programs.isOn('read_queues')) return [];
    const told = new Map(
      readQueues(object.runIteratorSync('read_queues')).map((queue) => [queue.cookie, queue]),
    );
    return [...told.values()]
      .filter(({ waiting }) => waiting > 0)
      .map(({ netns, local, owner, waiting, limit }) => ({
        kind: 'accept queue',
        ...place(netns),
        local,
        remote: null,
        owner: sources.ownerOf(owner),
        used: waiting,
        // The kernel lets in one more than the limit it was given.
        limit: limit + 1,
        ended: 0,
      }));
  };

  const ports = ({ netns, path }: Place, { ports: range, reuse }: Settings): Gauge[] => {
    if (range === null || !programs.isOn('read_ports')) return [];
    const [map, settings] = [object.map('port_use'), object.map('port_range')];
    settings.update(new Uint8Array(4), portRangeBytes(range));
    object.runIteratorSync('read_ports', path === null ? {} : { netns: path });
    left += unplacedOf(settings.lookup(new Uint8Array(4)));
    const limit = range.high - range.low + 1 - range.reserved;
    return readPortUses(map.sweepDelete()).map((use) => ({
      kind: 'local ports',
      ...place(netns),
      local: { ip: use.local, port: 0 },
      remote: use.remote,
      owner: null,
      used: use.open + (mayReuse(reuse, use) ? 0 : use.ended),
      limit,
      ended: use.ended,
    }));
  };

  const tracking = ({ netns, path }: Place, { tracked }: Settings): Gauge[] => {
    if (tracked === null) return [];
    return [
      {
        kind: 'connection tracking',
        ...place(netns),
        local: null,
        remote: null,
        owner: path === null ? null : ownerIn(path),
        used: tracked.count,
        limit: tracked.limit,
        ended: 0,
      },
    ];
  };

  return {
    look(now) {
      if (now < next) return;
      next = now + EVERY_MICROS;
      time = now;
      const inside = placesNow(namespaces, sources.filtering);
      const from = inside.length <= MAX_NAMESPACES ? 0 : (turn * MAX_NAMESPACES) % inside.length;
      turn++;
      const gauges = queues();
      for (const where of [...inside, ...inside].slice(
        from,
        from + Math.min(MAX_NAMESPACES, inside.length),
      )) {
        const settings = readSettings(where.path);
        if (settings === null) continue;
        try {
          gauges.push(...ports(where, settings), ...tracking(where, settings));
        } catch {
          /* The namespace went away meanwhile. */
        }
      }
      const worth = gauges
        .filter(({ kind, used, limit }) => kind === 'accept queue' || used >= LEAST_SHARE * limit)
        .sort((a, b) => b.used / b.limit - a.used / a.limit);
      left += Math.max(0, worth.length - MAX_GAUGES);
      if (worth.length > 0) sources.onGauges(worth.slice(0, MAX_GAUGES));
    },
    get left() {
      return left;
    },
  };
}

/** Whether a connection that has ended leaves its port to the next one to the same server. */
function mayReuse(reuse: Settings['reuse'], { local }: PortUse): boolean {
  return reuse === 'always' || (reuse === 'loopback' && (local.startsWith('127.') || local === '::1'));
}
