// Entry of `npm run -s bench -- NAME …`: runs bench/NAME.ts or bench/NAME/main.ts with tsx, or lists what there is.
import { existsSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { register } from 'tsx/esm/api';

const folder = new URL('./', import.meta.url);

const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) =>
    entry.isDirectory()
      ? existsSync(new URL(`${entry.name}/main.ts`, folder))
      : entry.name.endsWith('.ts') && !/\.(test|d)\.ts$/.test(entry.name),
  )
  .map((entry) => entry.name.replace(/\.ts$/, ''))
  .sort();

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  if (name !== undefined) console.error(`FL-620: there is no benchmark "${name}". Choose one of the list.`);
  console.error(`npm run -s bench -- NAME …\n\n${names.map((each) => `  ${each}`).join('\n')}`);
  process.exit(2);
}

const single = new URL(`${name}.ts`, folder);
const script = existsSync(single) ? single : new URL(`${name}/main.ts`, folder);
process.argv = [process.argv[0], script.pathname, ...rest];
register();
await import(pathToFileURL(script.pathname).href);
