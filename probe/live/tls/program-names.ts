import type { SslFunction } from './plan.ts';

/** The kernel program of each function. */
export const PROGRAM_OF: Readonly<Record<SslFunction, string>> = {
  SSL_read: 'tls_read',
  SSL_read_ex: 'tls_read_ex',
  SSL_write: 'tls_write',
  SSL_write_ex: 'tls_write_ex',
  SSL_do_handshake: 'tls_handshake',
  SSL_free: 'tls_free',
};

/** Sees all of them return. */
export const RETURN = 'tls_return';

export const CLEAR_TEXT_PROGRAMS: readonly string[] = [...Object.values(PROGRAM_OF), RETURN];
