/**
 * Whether the kernel emulates the instruction that begins with these bytes when a probe is placed on it (x86-64, Linux 4.16
 * and newer). Any other is run out of line and single-stepped, which costs twenty times as much. Only what every such
 * kernel emulates is named: newer ones do a few more.
 */
export function isEmulated(code: Uint8Array, at: number): boolean {
  const first = code[at];
  const second = code[at + 1] ?? 0;
  if (first === undefined) return false;
  if (first >= 0x50 && first <= 0x57) return true; /* push of one of the first eight registers */
  if (first === 0x41) return second >= 0x50 && second <= 0x57; /* and of the other eight */
  if (first >= 0x70 && first <= 0x7f) return true; /* short conditional jump */
  if (first === 0x0f) return second >= 0x80 && second <= 0x8f; /* near conditional jump */
  return first === 0xeb || first === 0xe9 || first === 0xe8 || first === 0x90; /* jmp, call, nop */
}
