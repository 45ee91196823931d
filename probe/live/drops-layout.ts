import { at32, at64 } from './layout.ts';

/* Byte offsets of the structures of `bpf/drops.h`, in host byte order. */

/** `struct drop_key`: the key of the map `drops`. */
export const DROP_KEY_SIZE = 16;
export const dropKey = { netns: at32(0), ifindex: at32(4), reason: at32(8) } as const;

/** `struct drop`: its value. */
export const DROP_SIZE = 24;
export const DROP_DEVICE = 8;
export const drop = { count: at64(0) } as const;

/** `struct socket_drop_key`: the key of the map `socket_drops`, whose value is a count. */
export const SOCKET_DROP_KEY_SIZE = 16;
export const socketDropKey = { cookie: at64(0), reason: at32(8) } as const;
export const SOCKET_DROP_SIZE = 8;
export const socketDropCount = at64(0);

/** Places of the constant `ignored_reasons`. */
export const IGNORED_REASONS = 8;
