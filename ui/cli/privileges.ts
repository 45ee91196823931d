import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

/** What of root the rest of a command still needs after the probe has attached, as `CAP_…`. */
export function capabilitiesFor(use: {
  /** Files that are opened, made or read again later. */
  readonly files: readonly string[];
  readonly port?: number;
}): readonly string[] {
  const foreign = use.files.some(belongsToOthers);
  const privileged = use.port !== undefined && use.port > 0 && use.port < firstFreePort();
  return [...(foreign ? ['CAP_DAC_OVERRIDE'] : []), ...(privileged ? ['CAP_NET_BIND_SERVICE'] : [])];
}

/** Without CAP_DAC_OVERRIDE root is a user like any other: it may not write into another's folder. */
function belongsToOthers(file: string): boolean {
  const own = process.geteuid?.();
  for (let at = existing(path.resolve(file)); ; at = path.dirname(at)) {
    if (statSync(at).uid !== own) return true;
    if (at === path.dirname(at)) return false;
  }
}

/** The file itself, or the nearest folder above it that is there. */
function existing(file: string): string {
  for (let at = file; ; at = path.dirname(at)) {
    try {
      return realpathSync(at);
    } catch {
      if (at === path.dirname(at)) return at;
    }
  }
}

function firstFreePort(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  } catch {
    return 1024;
  }
}
