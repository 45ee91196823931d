import { Conntrack } from '../bpf-ringbuf-napi/index.js';
import type { FaultlineError } from '../error.ts';
import type { Feature } from '../flow.ts';
import { ownerFeature, translationFeature } from './features.ts';
import { SHARE } from './network-time.ts';
import { obstacles } from './preconditions.ts';
import { MAX_HISTOGRAMS, MAX_PARSED, OBJECT_FILE } from './probe.ts';
import { withPrograms } from './programs.ts';
import { clearTextAbility } from './tls/feature.ts';

/**
 * What live probing can do on this machine: attaches the kernel programs for a moment, watching no socket. Never throws.
 */
export async function examine(objectFile: string = OBJECT_FILE): Promise<Feature[]> {
  const found = obstacles();
  if (found.length > 0) return found.map((obstacle) => off(obstacle));
  try {
    const wanted = {
      objectFile,
      without: [],
      filtering: true,
      ringBytes: 1 << 16,
      maxSockets: 1024,
      maxHistograms: MAX_HISTOGRAMS,
      maxConversations: 1024,
      sampleShift: Math.log2(SHARE),
      payloadBytes: 1 << 16,
      maxParsed: MAX_PARSED,
      clearText: true,
    };
    return await withPrograms(wanted, async (programs) => {
      programs.attach();
      programs.detach();
      const features = programs.features();
      programs.object.close();
      return [...features, examineTranslation(), ownerFeature(), clearTextAbility(programs.noClearText)];
    });
  } catch (error) {
    return [off(error as FaultlineError)];
  }
}

/** Whether the table of this process's own namespace can be read stands for all. */
function examineTranslation(): Feature {
  try {
    Conntrack.open().close();
    return translationFeature(1, new Map());
  } catch (error) {
    return translationFeature(0, new Map([['own', (error as Error).message]]));
  }
}

function off(obstacle: FaultlineError): Feature {
  return {
    name: 'connections',
    state: 'off',
    reason: `${obstacle.code}: ${obstacle.message} ${obstacle.hint}`,
    lost: 'all live probing',
  };
}
