import { FaultlineError } from '../../probe/index.ts';

/** What computes tensors: the native library of `@tensorflow/tfjs-node`, WebAssembly with SIMD, or plain JavaScript. */
export type Backend = 'node' | 'wasm' | 'cpu';

export const BACKENDS: readonly Backend[] = ['node', 'wasm', 'cpu'];

export type Tensors = typeof import('@tensorflow/tfjs-core');

export interface Loaded {
  readonly tensors: Tensors;
  readonly backend: Backend;
  /** Why better backends are not used, in the order they were tried. */
  readonly refused: readonly { readonly backend: Backend; readonly reason: string }[];
}

/** Registers a backend with the one engine of the process, and gives the name it has there. */
type Start = (tensors: Tensors) => Promise<string>;

/** An option that is loaded where somebody installed it; the name is no literal, as its types are not there either. */
const NATIVE: string = '@tensorflow/tfjs-node';

const START: Readonly<Record<Backend, Start>> = {
  node: async () => {
    await import(NATIVE);
    return 'tensorflow';
  },
  wasm: async (tensors) => {
    await import('@tensorflow/tfjs-backend-wasm');
    // Its threads are workers of this process: the analysis is to take one core, not all.
    tensors.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    return 'wasm';
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    return 'cpu';
  },
};

/**
 * What the environment asks for: `FAULTLINE_TENSORS`, the best that is there where it is not set.
 *
 * @throws FaultlineError FL-420 for a name no backend has
 */
export function wantedBackend({ FAULTLINE_TENSORS: text }: NodeJS.ProcessEnv): Backend | 'best' {
  if (text === undefined || text === '') return 'best';
  const found = BACKENDS.find((each) => each === text);
  if (found !== undefined) return found;
  throw new FaultlineError(
    'FL-420',
    `FAULTLINE_TENSORS cannot be "${text}".`,
    `Set it to ${BACKENDS.join(', ')}, or not at all.`,
  );
}

/**
 * Loads tensors with the best backend that is there, or with the one asked for. Nothing of them is loaded before, so what does not
 * need them pays nothing. The backend belongs to the process: the last call decides.
 *
 * @throws FaultlineError FL-420 where no backend, or not the one asked for, can be used
 */
export async function loadTensors(wanted: Backend | 'best' = 'best'): Promise<Loaded> {
  const refused: { backend: Backend; reason: string }[] = [];
  for (const backend of wanted === 'best' ? BACKENDS : [wanted]) {
    try {
      const tensors = await import('@tensorflow/tfjs-core');
      // Without it the library advertises its native backend on standard error.
      tensors.enableProdMode();
      await withoutListeners(async () => {
        const name = await START[backend](tensors);
        if (!(await tensors.setBackend(name))) throw new Error(`${name} could not be started`);
      });
      return { tensors, backend, refused };
    } catch (cause) {
      refused.push({ backend, reason: reasonOf(cause) });
    }
  }
  const reasons = refused.map(({ backend, reason }) => `${backend}: ${reason}`).join('; ');
  throw new FaultlineError(
    'FL-420',
    `The learned detector cannot compute on ${wanted === 'best' ? 'anything' : wanted}: ${reasons}.`,
    wanted === 'node' ? `Run npm install --no-save ${NATIVE}, or do not ask for it.` : 'Run npm ci.',
  );
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if ((cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return 'not installed';
  return cause.message.split('\n')[0]!;
}

const FATAL = ['uncaughtException', 'unhandledRejection'] as const;

/** What WebAssembly's loader listens to, it only throws again, with its whole text printed: that is taken off. */
async function withoutListeners(run: () => Promise<void>): Promise<void> {
  const before = FATAL.map((event) => new Set<unknown>(process.rawListeners(event)));
  try {
    await run();
  } finally {
    FATAL.forEach((event, i) => {
      for (const listener of process.rawListeners(event))
        if (!before[i]!.has(listener)) process.removeListener(event, listener as () => void);
    });
  }
}
