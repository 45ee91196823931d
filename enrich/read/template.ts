import { createHash } from 'node:crypto';
import { field, items, path, text } from './value.ts';

/** Parts of one template told apart; what a larger template has beyond them is one part. */
const MAX_PARTS = 200;
/** Objects one template may refer to and be told of. */
const MAX_REFERENCES = 100;

/** Name of each part of a pod template with a fingerprint of it: no value of an environment or a file is kept. */
export type TemplateParts = ReadonlyMap<string, string>;

/** Parts of a pod, and of a container, that a person would name when one changed. */
const POD_PARTS: readonly (readonly [name: string, fields: readonly string[]])[] = [
  ['volumes', ['volumes']],
  [
    'scheduling',
    ['nodeSelector', 'affinity', 'tolerations', 'topologySpreadConstraints', 'priorityClassName'],
  ],
  ['service account', ['serviceAccountName']],
  ['name resolution', ['dnsPolicy', 'dnsConfig', 'hostAliases']],
  ['host network', ['hostNetwork']],
];
const CONTAINER_PARTS: readonly (readonly [name: string, fields: readonly string[]])[] = [
  ['command', ['command', 'args']],
  ['resources', ['resources']],
  ['probes', ['livenessProbe', 'readinessProbe', 'startupProbe']],
  ['ports', ['ports']],
  ['mounts', ['volumeMounts']],
  ['envFrom', ['envFrom']],
];

/** Takes a pod template apart, to tell what changed between two of it. */
export function templateParts(template: unknown): TemplateParts {
  const parts = new Map<string, string>();
  const add = (name: string, value: unknown): void => {
    const key = parts.size < MAX_PARTS ? name : 'the rest';
    parts.set(key, fingerprint([parts.get(key), value]));
  };
  for (const name of ['annotations', 'labels'] as const) {
    const one = name.slice(0, -1);
    const map = path(template, 'metadata', name);
    // The hash is in the labels of ReplicaSets and says nothing that the rest does not.
    for (const key of keysOf(map)) if (key !== 'pod-template-hash') add(`${one} ${key}`, field(map, key));
  }
  const spec = field(template, 'spec');
  for (const [name, fields] of POD_PARTS)
    add(
      name,
      fields.map((of) => field(spec, of)),
    );
  for (const container of containersOf(spec)) {
    for (const [name, fields] of CONTAINER_PARTS)
      add(
        name,
        fields.map((of) => field(container, of)),
      );
    for (const variable of items(field(container, 'env')))
      add(`env ${text(field(variable, 'name'))}`, variable);
  }
  return parts;
}

/** Names of the parts that differ between two templates, sorted. */
export function changedParts(old: TemplateParts, now: TemplateParts): readonly string[] {
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name))
    .sort();
}

/** ConfigMaps and Secrets a pod template reads, as `Kind/name`, sorted. */
export function referencesOf(template: unknown): readonly string[] {
  const spec = field(template, 'spec');
  const found = new Set<string>();
  const add = (kind: 'ConfigMap' | 'Secret', name: unknown): void => {
    const known = text(name);
    if (known !== null && found.size < MAX_REFERENCES) found.add(`${kind}/${known}`);
  };
  for (const container of containersOf(spec)) {
    for (const from of items(field(container, 'envFrom'))) {
      add('ConfigMap', path(from, 'configMapRef', 'name'));
      add('Secret', path(from, 'secretRef', 'name'));
    }
    for (const variable of items(field(container, 'env'))) {
      add('ConfigMap', path(variable, 'valueFrom', 'configMapKeyRef', 'name'));
      add('Secret', path(variable, 'valueFrom', 'secretKeyRef', 'name'));
    }
  }
  for (const volume of items(field(spec, 'volumes'))) {
    for (const source of [volume, ...items(path(volume, 'projected', 'sources'))]) {
      add('ConfigMap', path(source, 'configMap', 'name'));
      add('Secret', path(source, 'secret', 'secretName') ?? path(source, 'secret', 'name'));
    }
  }
  return [...found].sort();
}

/** Objects come out of JSON, but nothing bounds their depth: what cannot be printed has no fingerprint. */
export function fingerprint(value: unknown): string {
  try {
    return createHash('sha1')
      .update(JSON.stringify(value) ?? '')
      .digest('base64url');
  } catch {
    return '';
  }
}

function containersOf(spec: unknown): readonly unknown[] {
  return [...items(field(spec, 'initContainers')), ...items(field(spec, 'containers'))];
}

function keysOf(map: unknown): readonly string[] {
  return typeof map === 'object' && map !== null && !Array.isArray(map) ? Object.keys(map) : [];
}
