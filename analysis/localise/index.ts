export { suggests } from './aliases.ts';
export { type Candidate, overlap } from './candidate.ts';
export { accusedExcess, type Cube, cubeOf } from './cube.ts';
export { type Located, localise } from './search.ts';
