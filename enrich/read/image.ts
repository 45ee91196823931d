import { path, text } from './value.ts';

/** Characters of a digest that tell images apart for a reader. */
const SHORT_DIGEST = 12;

/**
 * What stands for the version in an image reference: its tag, else the short digest, else `latest`, which is what a
 * runtime pulls for a reference without either.
 */
export function imageVersion(image: string): string {
  const [name = '', digest] = image.split('@', 2);
  const tag = /:([^:/]+)$/.exec(name)?.[1];
  if (tag !== undefined) return tag;
  const hex = digest?.split(':', 2)[1];
  return hex === undefined ? 'latest' : hex.slice(0, SHORT_DIGEST);
}

/** The version an object's labels declare. `labels` is the map itself, of metadata or of a pod template. */
export function labelVersion(labels: unknown): string | null {
  return text(path(labels, 'app.kubernetes.io/version')) ?? text(path(labels, 'version'));
}
