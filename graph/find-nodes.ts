import type { EdgeReader, NodeKey } from './types.ts';
import { compareKeys, keyText } from './workload.ts';

/** Services looked at for a name; more than these match only a text that is no name yet. */
const MAX_SERVICES = 100;

interface Named {
  readonly key: NodeKey;
  /** Lower case: its name, its name with namespace, the services in front of it. */
  readonly names: readonly string[];
}

/**
 * The workloads a text means: those that have it for a name (`cart`, `shop/cart`, or a service of that name), else those
 * whose name begins with it, else those that contain it. More than one: the text is ambiguous. None: see `nearest`.
 */
export async function findNodes(reader: EdgeReader, text: string): Promise<NodeKey[]> {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const all = await namedNodes(reader, wanted);
  const tests: readonly ((name: string) => boolean)[] = [
    (name) => name === wanted,
    (name) => name.startsWith(wanted),
    (name) => name.includes(wanted),
  ];
  for (const test of tests) {
    const found = all.filter(({ names }) => names.some(test));
    if (found.length > 0) return found.map(({ key }) => key);
  }
  return [];
}

/** Up to `n` workloads whose names are closest to a text that means none of them, for "did you mean". */
export async function nearest(reader: EdgeReader, text: string, n = 3): Promise<NodeKey[]> {
  const wanted = text.trim().toLowerCase();
  const far = Math.max(2, Math.floor(wanted.length / 2));
  return (await namedNodes(reader, ''))
    .map(({ key, names }) => ({ key, distance: Math.min(...names.map((name) => distance(wanted, name))) }))
    .filter(({ distance }) => distance <= far)
    .sort((a, b) => a.distance - b.distance || compareKeys(a.key, b.key))
    .slice(0, n)
    .map(({ key }) => key);
}

async function namedNodes(reader: EdgeReader, service: string): Promise<Named[]> {
  const period = await reader.range();
  if (period === null) return [];
  const services = new Map<string, string[]>();
  for (const { kind, value, workload } of await reader.search(service, MAX_SERVICES)) {
    if (kind !== 'service' || workload === null) continue;
    const key = keyText(workload);
    services.set(key, [...(services.get(key) ?? []), value]);
  }
  return (await reader.nodes(period)).map((key) => {
    const own = [key.workload, ...(services.get(keyText(key)) ?? [])];
    const paths = key.namespace === '' ? [] : own.map((name) => `${key.namespace}/${name}`);
    return { key, names: [...own, ...paths].map((name) => name.toLowerCase()) };
  });
}

/** Levenshtein distance, one row at a time. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
