export { type AppOptions, createApp } from './app.ts';
export { PAGE_FOLDER } from './assets.ts';
export type * from './body.ts';
export { type Listen, type Served, serve } from './serve.ts';
export type { Sources } from './sources.ts';
