/** A pod, as a cgroup path names it. */
export interface CgroupPod {
  readonly pod: string;
  /** Runtime id of the container, `null` for the pod's own cgroup. */
  readonly container: string | null;
}

/** Deeper nesting of container hosts in container hosts is not read. */
const MAX_NESTING = 4;

/**
 * `pod<uid>` as a directory (cgroupfs driver) or at the end of a slice's name with `_` for `-` (systemd driver); the
 * cgroup of a static pod bears a hash of 32 digits instead of a uid.
 */
const POD =
  /(?:^|[/-])pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?(?=[/:]|$)/g;

/** The directory or scope below it: a bare id, or one behind the runtime's name (cri-containerd-, crio-, docker-). */
const CONTAINER = /^[/:](?:[a-z][a-z-]*[-:])?([0-9a-f]{12,64})(?:\.scope)?(?=\/|$)/;

/**
 * Pods a cgroup path lies in, innermost first (a node may itself be a pod of another cluster); wherever in the path
 * they stand. Empty for a process outside any pod.
 */
export function podsOfCgroup(path: string): readonly CgroupPod[] {
  const found: CgroupPod[] = [];
  for (const match of path.matchAll(POD)) {
    const rest = path.slice(match.index + match[0].length);
    found.unshift({ pod: match[1]!.replaceAll('_', '-'), container: CONTAINER.exec(rest)?.[1] ?? null });
    if (found.length === MAX_NESTING) break;
  }
  return found;
}
