import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BpfObject } from 'bpf-ringbuf-napi';
import { KERNEL_RECORD_BYTES } from '../../probe/index.ts';
import { compileObject, compileProgram } from '../load/compile.ts';
import { run } from '../load/run.ts';
import { type Columns, createColumns, decode } from './columns.ts';

const BUFFER_BYTES = 1 << 20;
/** Records written by one call of the producer: few enough that it can be paced, many enough to hide the call. */
const BATCH = 64;

/** `rate` in records a second, 0 for as many as the producer makes. */
export async function measure({ millis, rate }: { readonly millis: number; readonly rate: number }) {
  const source = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const [program, objectFile] = await Promise.all([
    compileProgram(source('trigger.c'), 'trigger'),
    compileObject(source('produce.bpf.c'), 'produce'),
  ]);
  const cores = await useOneCore();
  const producer = spawn(
    'taskset',
    ['-c', cores.producer, program, String(Math.round(rate / BATCH)), String(millis)],
    {
      stdio: ['pipe', 'ignore', 'inherit'],
    },
  );
  await once(producer, 'spawn');
  const object = BpfObject.open(objectFile);
  try {
    object.setGlobal('producer', u32(producer.pid!));
    object.setGlobal('batch', u32(BATCH));
    object.load();
    const link = object.attach('produce');
    const ring = object.ring('ring');
    const check = createCheck();
    const ended = once(producer, 'exit').then(() => link.detach());
    let running = true;
    void ended.then(() => {
      running = false;
    });
    const cpu = process.cpuUsage();
    const began = performance.now();
    producer.stdin.write('\n');
    const received = await consume(ring, check.look, () => running);
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const { made, refused } = readBooks(object.map('books').lookup(u32(0))!);
    return {
      recordsPerSecond: Math.round(received / seconds),
      lost: refused,
      cpuSecondsPerMillion: (user + system) / received,
      made,
      received,
      torn: check.torn(),
      /** Gaps in the numbers of what came, plus what is missing behind the last, are what the kernel says was refused. */
      holds: made === received + refused && check.torn() === 0 && check.missing(made) === refused,
      recordBytes: KERNEL_RECORD_BYTES,
    };
  } finally {
    producer.kill('SIGKILL');
    object.close();
  }
}

/** Reads until the producer has ended and the ring is empty; how many records came. */
async function consume(
  ring: ReturnType<BpfObject['ring']>,
  look: (columns: Columns, rows: number) => void,
  running: () => boolean,
): Promise<number> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  const view = new DataView(buffer.buffer);
  const columns = createColumns(Math.ceil(BUFFER_BYTES / KERNEL_RECORD_BYTES));
  let received = 0;
  for (;;) {
    const wasRunning = running();
    const { bytes } = ring.drain(buffer);
    const rows = decode(columns, view, bytes);
    look(columns, rows);
    received += rows;
    if (rows === 0 && !wasRunning) return received;
    if (bytes < BUFFER_BYTES / 2) await sleep(1);
    else await nextTurn();
  }
}

/** Tells a torn record by fields that follow from its number, and a lost one by a gap in the numbers. */
function createCheck() {
  let next = 0;
  let gaps = 0;
  let torn = 0;
  return {
    look({ cookie, openedNs, endedNs, bytesReceived, isnLocal, localPort, role }: Columns, rows: number) {
      for (let row = 0; row < rows; row++) {
        const number = cookie[row]!;
        const whole =
          openedNs[row] === number * 1000 &&
          endedNs[row] === number * 1000 + 900 &&
          bytesReceived[row] === 2 * number &&
          isnLocal[row] === number >>> 0 &&
          localPort[row] === (number & 0xffff) &&
          role[row] === 1 + (number & 1);
        if (!whole) torn++;
        gaps += number - next;
        next = number + 1;
      }
    },
    torn: () => torn,
    missing: (made: number) => gaps + made - next,
  };
}

/** This process on one core, the producer on another where there is one. */
async function useOneCore(): Promise<{ readonly producer: string }> {
  const allowed = await run('taskset', ['-cp', String(process.pid)]);
  const cores = (allowed.split(':').at(-1) ?? '0').trim().split(/[,-]/);
  const producer = cores[0]!;
  const consumer = cores.at(-1)!;
  await run('taskset', ['-acp', consumer, String(process.pid)]);
  return { producer };
}

function readBooks(value: Uint8Array): { readonly made: number; readonly refused: number } {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const at = (offset: number) => view.getUint32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
  return { made: at(0), refused: at(8) };
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
