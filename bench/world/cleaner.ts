import { removeWorld } from './cleanup.ts';

// What the watchdog runs: `node cleaner.ts ID`. Whatever is being made while the owner dies appears late, so twice.
const [id] = process.argv.slice(2);
if (id !== undefined) {
  await removeWorld(id);
  await removeWorld(id);
}
