export {
  type ClusterSource,
  defaultSource,
  type Naming,
  nodeOfThisMachine,
  sourceOf,
  startNaming,
} from './naming.ts';
export { type Pipeline, type PipelineOptions, startPipeline } from './pipeline.ts';
export { connectStore, type RemoteStore } from './remote.ts';
