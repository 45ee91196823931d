import { readFileSync } from 'node:fs';
import { inNetnsSync } from '../../bpf-ringbuf-napi/index.js';

/** What one network namespace allows, and how much of its connection tracking is in use. */
export interface Settings {
  /** Local ports it gives out, both included, and how many of them are reserved for others. */
  readonly ports: { readonly low: number; readonly high: number; readonly reserved: number } | null;
  /** Whether a connection may take the port of one that has ended (TIME_WAIT) to the same server: never, to this host, always. */
  readonly reuse: 'never' | 'loopback' | 'always';
  readonly tracked: { readonly count: number; readonly limit: number } | null;
}

/** @param path of the namespace, `null` for the own one; `null` when it went away or cannot be entered */
export function readSettings(path: string | null): Settings | null {
  try {
    return path === null ? settingsHere() : inNetnsSync(path, settingsHere);
  } catch {
    return null;
  }
}

/* The files below /proc/sys/net show the namespace of whoever reads them. */
function settingsHere(): Settings {
  const range = numbers('ipv4/ip_local_port_range');
  const [count, limit] = [numbers('netfilter/nf_conntrack_count'), numbers('netfilter/nf_conntrack_max')];
  const reuse = numbers('ipv4/tcp_tw_reuse')[0];
  const [low, high] = range;
  return {
    ports:
      low === undefined || high === undefined || high < low
        ? null
        : { low, high, reserved: reservedIn(text('ipv4/ip_local_reserved_ports'), low, high) },
    reuse: reuse === 1 ? 'always' : reuse === 2 ? 'loopback' : 'never',
    tracked: count[0] === undefined || !limit[0] ? null : { count: count[0], limit: limit[0] },
  };
}

/** Of a list as `8080,9000-9100`, the ports within a range. */
export function reservedIn(list: string, low: number, high: number): number {
  let count = 0;
  for (const part of list.split(',')) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim());
    if (match === null) continue;
    const from = Math.max(low, Number(match[1]));
    const to = Math.min(high, Number(match[2] ?? match[1]));
    count += Math.max(0, to - from + 1);
  }
  return Math.min(count, high - low + 1);
}

function numbers(file: string): number[] {
  const found = text(file).trim();
  return /^\d+(\s+\d+)*$/.test(found) ? found.split(/\s+/).map(Number) : [];
}

function text(file: string): string {
  try {
    return readFileSync(`/proc/sys/net/${file}`, 'utf8');
  } catch {
    return '';
  }
}
