import { BpfError } from '../bpf-ringbuf-napi/index.js';

/** Name of the program a load failed on, as libbpf's log tells it; `null` when it is something else. */
export function refusedProgram(error: unknown): string | null {
  if (!(error instanceof BpfError)) return null;
  return (
    /prog '(\w+)': (?:BPF program load failed|failed to load)/.exec(`${error.log}\n${error.message}`)?.[1] ??
    null
  );
}

/** What the kernel's check of the program said last, before its statistics. */
export function verdictOf({ log }: BpfError): string {
  const said = log.split('\n').map((line) => line.trim());
  const end = said.findIndex((line) => line.startsWith('processed '));
  return end > 0 ? `: ${said[end - 1]}` : '';
}
