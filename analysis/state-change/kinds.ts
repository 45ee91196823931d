import type { Change } from '../../enrich/index.ts';
import type { StateChangeKind } from '../finding.ts';

/** What a recorded event changed. */
export const KIND_OF: Readonly<Record<Change['kind'], StateChangeKind>> = {
  rollout: 'rollout',
  scaling: 'scaling',
  'pod moved': 'placement',
  'pod started': 'placement',
  'pod ended': 'placement',
  restart: 'restart',
  node: 'node',
  endpoints: 'configuration',
  configuration: 'configuration',
};
