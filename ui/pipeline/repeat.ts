/** Calls an action again and again, never twice at the same time. `stop` waits for the one under way. */
export function repeat(action: () => Promise<void>, everyMillis: number): { stop(): Promise<void> } {
  let current = Promise.resolve();
  let timer = setTimeout(next, everyMillis);
  let stopped = false;
  function next(): void {
    const began = Date.now();
    current = action().then(() => {
      if (!stopped) timer = setTimeout(next, Math.max(0, everyMillis - (Date.now() - began)));
    });
  }
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
