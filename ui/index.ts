export { main } from './cli/main.ts';
export { type ClusterSource, type Pipeline, type PipelineOptions, startPipeline } from './pipeline/index.ts';
export * from './report/index.ts';
export * from './server/index.ts';
