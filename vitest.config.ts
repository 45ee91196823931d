import { defineConfig } from 'vitest/config';

/**
 * Live tests share one kernel, one set of network namespaces and two cores: they run one file at a time, after the
 * others, as their own project.
 */
const live = [
  'probe/**/*.live.test.ts',
  'bench/**/*.live.test.ts',
  'ui/**/*.live.test.ts',
  'probe/bpf-ringbuf-napi/**/*.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'rooms',
          include: ['{probe,enrich,graph,analysis,ui,datasets,bench,.ci}/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...live],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'live',
          include: live,
          exclude: ['**/node_modules/**'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
