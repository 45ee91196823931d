/** Commands of the client protocol (MySQL 8, MariaDB 10/11) whose text or statement names the operation are named elsewhere. */
export const QUERY = 0x03;
export const STATISTICS = 0x09;
export const FIELD_LIST = 0x04;
export const CHANGE_USER = 0x11;
export const PREPARE = 0x16;
export const EXECUTE = 0x17;
export const FETCH = 0x1c;
export const BULK_EXECUTE = 0xfa;

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x02, 'INIT_DB'],
  [QUERY, ''],
  [FIELD_LIST, 'FIELD_LIST'],
  [0x05, 'CREATE_DB'],
  [0x06, 'DROP_DB'],
  [0x07, 'REFRESH'],
  [0x08, 'SHUTDOWN'],
  [STATISTICS, 'STATISTICS'],
  [0x0a, 'PROCESS_INFO'],
  [0x0c, 'PROCESS_KILL'],
  [0x0d, 'DEBUG'],
  [0x0e, 'PING'],
  [CHANGE_USER, 'CHANGE_USER'],
  [0x12, 'BINLOG_DUMP'],
  [0x13, 'TABLE_DUMP'],
  [0x15, 'REGISTER_SLAVE'],
  [PREPARE, ''],
  [EXECUTE, ''],
  [0x1a, 'RESET_STATEMENT'],
  [0x1b, 'SET_OPTION'],
  [FETCH, 'FETCH'],
  [0x1e, 'BINLOG_DUMP_GTID'],
  [0x1f, 'RESET_CONNECTION'],
  [BULK_EXECUTE, ''],
]);

/** QUIT, STMT_SEND_LONG_DATA, STMT_CLOSE: nobody answers, nobody waits. */
const SILENT: ReadonlySet<number> = new Set([0x01, 0x18, 0x19]);
const STREAMS: ReadonlySet<number> = new Set([0x12, 0x13, 0x1e]);

export const isSilent = (command: number): boolean => SILENT.has(command);
/** Answered by a stream without an end. */
export const isStream = (command: number): boolean => STREAMS.has(command);
export const isCommand = (command: number): boolean => NAMES.has(command) || SILENT.has(command);
export const nameOf = (command: number): string => NAMES.get(command) ?? '';
