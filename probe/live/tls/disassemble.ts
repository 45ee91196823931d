import iced from 'iced-x86';

/** Registers that arguments and the stack pointer are in; a write to a part of one is a write to it. */
export type Register = 'rdi' | 'rsi' | 'rdx' | 'rcx' | 'rsp';

export interface Instruction {
  readonly address: number;
  /** Offset in the bytes that were given. */
  readonly at: number;
  readonly writes: readonly Register[];
  /** `next`: falls through to the next one; `branch`: may also go elsewhere; `call`; `end`: never goes on here. */
  readonly flow: 'next' | 'branch' | 'call' | 'end';
  /** Where a direct call goes; `null` for anything else. */
  readonly target: number | null;
  /** Sign-extends the lower half of this register to the whole of it. */
  readonly extends: Register | null;
}

const NAMES: ReadonlyMap<number, Register> = new Map([
  [iced.Register.RDI, 'rdi'],
  [iced.Register.RSI, 'rsi'],
  [iced.Register.RDX, 'rdx'],
  [iced.Register.RCX, 'rcx'],
  [iced.Register.RSP, 'rsp'],
]);

const WRITING: ReadonlySet<number> = new Set([
  iced.OpAccess.Write,
  iced.OpAccess.CondWrite,
  iced.OpAccess.ReadWrite,
  iced.OpAccess.ReadCondWrite,
]);

/** x86-64 code, one instruction after the other until something is none. */
export function disassemble(code: Uint8Array, address: number): readonly Instruction[] {
  const decoder = new iced.Decoder(64, code, iced.DecoderOptions.None);
  const factory = new iced.InstructionInfoFactory();
  const instruction = new iced.Instruction();
  const found: Instruction[] = [];
  try {
    decoder.ip = BigInt(address);
    while (decoder.canDecode) {
      const at = decoder.position;
      decoder.decodeOut(instruction);
      if (instruction.isInvalid) break;
      found.push(describe(instruction, factory, address + at, at));
    }
    return found;
  } finally {
    decoder.free();
    factory.free();
    instruction.free();
  }
}

function describe(
  instruction: iced.Instruction,
  factory: iced.InstructionInfoFactory,
  address: number,
  at: number,
): Instruction {
  const flow = flowOf(instruction.flowControl);
  const extended =
    instruction.mnemonic === iced.Mnemonic.Movsxd ? NAMES.get(instruction.op0Register) : undefined;
  const same =
    extended !== undefined &&
    iced.RegisterExt.fullRegister(instruction.op1Register) === instruction.op0Register;
  return {
    address,
    at,
    writes: writesOf(instruction, factory),
    flow,
    target: flow === 'call' && instruction.isCallNear ? Number(instruction.nearBranchTarget) : null,
    extends: same ? extended : null,
  };
}

function writesOf(instruction: iced.Instruction, factory: iced.InstructionInfoFactory): readonly Register[] {
  const info = factory.info(instruction);
  const used = info.usedRegisters();
  const written = new Set<Register>();
  for (const { register, access } of used) {
    const name = NAMES.get(iced.RegisterExt.fullRegister(register));
    if (name !== undefined && WRITING.has(access)) written.add(name);
  }
  for (const one of used) one.free();
  info.free();
  return [...written];
}

function flowOf(control: iced.FlowControl): Instruction['flow'] {
  switch (control) {
    case iced.FlowControl.Next:
      return 'next';
    case iced.FlowControl.ConditionalBranch:
      return 'branch';
    case iced.FlowControl.Call:
    case iced.FlowControl.IndirectCall:
      return 'call';
    default:
      return 'end';
  }
}
