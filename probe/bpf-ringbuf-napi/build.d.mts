/**
 * Builds the addon unless it is newer than its sources. Rejects with an error whose `code` is `ERR_MISSING_PACKAGES`,
 * `ERR_NO_NODE_HEADERS`, `ERR_OLD_LIBBPF`, `ERR_NOT_LINUX` or `ERR_BUILD_FAILED` and whose message says what to do.
 */
export function build(): Promise<{ readonly path: string; readonly built: boolean }>;
