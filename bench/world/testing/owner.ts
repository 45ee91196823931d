import { startWorld } from '../index.ts';

// A process that owns a world, to be killed: prints the id, keeps the shop busy and waits.
const world = await startWorld();
await world.load(20);
console.log(world.id);
