import { readFile, stat } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { FaultlineError } from '../probe/index.ts';
import { isKind, KINDS, type Kind } from './kind/kind.ts';
import type { Names } from './names.ts';
import { field } from './read/value.ts';

/** 50,000 pods printed by kubectl are about this. */
const MAX_BYTES = 1 << 30;
/** Lists inside lists inside documents; kubectl writes one level. */
const MAX_DEPTH = 4;

/**
 * Reads a Kubernetes List (JSON or YAML, also several YAML documents) and makes it what `names` knows from `at` on
 * (microseconds since the epoch, now by default). Objects of kinds that name nothing are left out. Rejects with FL-204
 * (cannot be read) or FL-205 (is no list of Kubernetes objects); `names` is then as it was.
 */
export async function loadObjects(file: string, names: Names, at = Date.now() * 1000): Promise<void> {
  const objects = flatten(parse(file, await read(file)), 0);
  if (objects === null) throw invalid(file, 'it holds something that is no Kubernetes object');
  const byKind = new Map<Kind, unknown[]>(KINDS.map((kind) => [kind, []]));
  for (const object of objects) {
    const kind = field(object, 'kind');
    if (isKind(kind)) byKind.get(kind)!.push(object);
  }
  for (const [kind, found] of byKind) names.replace(kind, found, at);
}

async function read(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new FaultlineError(
      'FL-204',
      `the objects file ${file} cannot be read: ${messageOf(error)}`,
      'Check the path and its permissions.',
      { cause: error },
    );
  }
}

function parse(file: string, source: string): readonly unknown[] {
  try {
    // JSON is YAML too, but a hundred times faster to read as itself.
    if (/^\s*[{[]/.test(source)) return [JSON.parse(source)];
    const documents = parseAllDocuments(source);
    return [...documents].map((document) => {
      if (document.errors.length > 0) throw document.errors[0];
      return document.toJS();
    });
  } catch (error) {
    throw invalid(file, messageOf(error), error);
  }
}

/** The objects of documents, lists and arrays; `null` when something else is among them. */
function flatten(values: readonly unknown[], depth: number): readonly unknown[] | null {
  const found: unknown[] = [];
  for (const value of values) {
    // A YAML document without content.
    if (value === null) continue;
    const inner = Array.isArray(value) ? value : field(value, 'items');
    if (Array.isArray(inner)) {
      const objects = depth < MAX_DEPTH ? flatten(inner.map(typed(value)), depth + 1) : null;
      if (objects === null) return null;
      for (const object of objects) found.push(object);
    } else if (typeof field(value, 'kind') === 'string') found.push(value);
    else return null;
  }
  return found;
}

/** The items of a PodList, as the API server sends it, do not say that they are Pods. */
function typed(list: unknown): (item: unknown) => unknown {
  const kind = /^(\w+)List$/.exec(String(field(list, 'kind')))?.[1];
  return (item) =>
    kind !== undefined && typeof item === 'object' && item !== null && !Object.hasOwn(item, 'kind')
      ? { ...item, kind }
      : item;
}

const invalid = (file: string, why: string, cause?: unknown): FaultlineError =>
  new FaultlineError(
    'FL-205',
    `the objects file ${file} is no list of Kubernetes objects: ${why}`,
    'Write it with `kubectl get pods,services,endpointslices,nodes,replicasets,deployments -A -o json`.',
    { cause },
  );

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
