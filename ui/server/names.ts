import { z } from '@hono/zod-openapi';
import { type EdgeKey, type EdgeReader, findNodes, type NodeKey, nearest } from '../../graph/index.ts';
import { MAX_NAME } from './limits.ts';
import { HttpProblem } from './problem.ts';

/** `namespace/workload`, or the bare name of what lives outside the cluster. */
export function nodeName(node: NodeKey): string {
  return node.namespace === '' ? node.workload : `${node.namespace}/${node.workload}`;
}

export function edgeName(edge: EdgeKey): { client: string; server: string; port: number } {
  return { client: nodeName(edge.client), server: nodeName(edge.server), port: edge.port };
}

/** Equal for equal edges and for no others. */
export function edgeKey(edge: EdgeKey): string {
  return JSON.stringify([nodeName(edge.client), nodeName(edge.server), edge.port]);
}

export const nameParameter = z.string().trim().min(1).max(MAX_NAME);

/** Names more than this are not listed; a reader types another letter instead. */
const MAX_CANDIDATES = 12;

/** The one workload a text names, else a problem that lists what may have been meant. */
export async function resolve(reader: EdgeReader, text: string): Promise<NodeKey> {
  const found = await findNodes(reader, text);
  const exact = found.filter((node) => nodeName(node) === text);
  const [only, ...others] = exact.length === 1 ? exact : found;
  if (only === undefined) throw await unknown(reader, text);
  if (others.length > 0) {
    throw new HttpProblem(
      409,
      'FL-553',
      'The name fits several workloads',
      'Ask for one of the candidates as namespace/name.',
      { candidates: found.slice(0, MAX_CANDIDATES).map(nodeName) },
    );
  }
  return only;
}

async function unknown(reader: EdgeReader, text: string): Promise<HttpProblem> {
  if ((await reader.range()) === null) return noData();
  const close = await nearest(reader, text);
  const names = close.map(nodeName);
  const hint = names.length === 0 ? 'Search lists what is known.' : `The nearest: ${names.join(', ')}.`;
  return new HttpProblem(404, 'FL-552', 'No workload has this name', hint, { nearest: names });
}

export function noData(): HttpProblem {
  return new HttpProblem(
    404,
    'FL-555',
    'The store holds no data yet',
    'Start the probe (faultline up), or open a recorded incident.',
  );
}
