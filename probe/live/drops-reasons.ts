import { IGNORED_REASONS } from './drops-layout.ts';

/** Reasons that only say that a packet is not needed any more, or say nothing. */
const NO_DROPS = ['SKB_NOT_DROPPED_YET', 'SKB_CONSUMED', 'NOT_SPECIFIED', 'QUEUE_PURGE'];
const PREFIX = 'SKB_DROP_REASON_';
/** Above these bits stands the part of the kernel a reason belongs to; the core of it is 0. */
const SUBSYSTEM_SHIFT = 16;

/** Why this kernel drops packets: its numbers differ from those of others, its names hardly. */
export interface DropReasons {
  /** `NETFILTER_DROP`; of reasons that parts of the kernel define for themselves only the number is known. */
  nameOf(reason: number): string;
  /** Numbers of those that are no drops, as the kernel programs take them. */
  readonly ignored: Uint32Array;
}

/** @param numbers the kernel's `enum skb_drop_reason` */
export function dropReasons(numbers: Readonly<Record<string, number>>): DropReasons {
  const names = new Map(Object.entries(numbers).map(([name, number]) => [number, shortName(name)]));
  const ignored = new Uint32Array(IGNORED_REASONS);
  const known = NO_DROPS.flatMap((name) => numbers[name] ?? numbers[PREFIX + name] ?? []);
  ignored.set(known.slice(0, IGNORED_REASONS));
  return {
    nameOf: (reason) => names.get(reason) ?? numbered(reason),
    ignored,
  };
}

const shortName = (name: string) => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name);

function numbered(reason: number): string {
  const subsystem = reason >>> SUBSYSTEM_SHIFT;
  const number = reason & (2 ** SUBSYSTEM_SHIFT - 1);
  return subsystem === 0 ? `REASON_${number}` : `SUBSYSTEM_${subsystem}_REASON_${number}`;
}
