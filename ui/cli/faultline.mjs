#!/usr/bin/env -S node --max-semi-space-size=4 --heap-growing-percent=30
// A smaller nursery than usual, and old garbage is looked for once the heap has grown by a third instead of by several times:
// the probe makes much short-lived garbage, and it is to take little memory.
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `FL-503: This is Node ${process.versions.node}, faultline needs 20.19 or newer. Install a newer Node.`,
  );
  process.exit(1);
}

const { main } = await import(compiled() ?? (await sources()));
process.exitCode = await main(process.argv.slice(2));

/** What `npm run build:cli` made, as long as no source is newer. */
function compiled() {
  const inputs = new URL('build/inputs.json', import.meta.url);
  try {
    const made = statSync(inputs).mtimeMs;
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const files = JSON.parse(readFileSync(inputs, 'utf8'));
    return files.every((file) => statSync(root + file).mtimeMs <= made) ? './build/main.js' : null;
  } catch {
    return null;
  }
}

/** The sources are TypeScript: tsx compiles them as they are imported. */
async function sources() {
  try {
    const { register } = await import('tsx/esm/api');
    register();
  } catch (cause) {
    if (cause?.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    console.error('FL-504: The packages faultline needs are not installed. Run npm ci in its folder.');
    process.exit(1);
  }
  return './main.ts';
}
