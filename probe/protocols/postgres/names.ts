/** Prepared statements and portals that are remembered of one connection; the oldest is forgotten. */
const MOST_NAMES = 256;
const MOST_NAME = 128;

/** Names of prepared statements or portals, and the template of each. */
export class TemplateNames {
  private readonly templates = new Map<string, string>();

  set(name: Uint8Array, template: string): void {
    const key = keyOf(name);
    this.templates.delete(key);
    if (this.templates.size >= MOST_NAMES) this.templates.delete(this.templates.keys().next().value!);
    this.templates.set(key, template);
  }

  /** `''` where it is not known. */
  get(name: Uint8Array): string {
    return this.templates.get(keyOf(name)) ?? '';
  }
}

const keyOf = (name: Uint8Array): string => Buffer.from(name.subarray(0, MOST_NAME)).toString('latin1');
