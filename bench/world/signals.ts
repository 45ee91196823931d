const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Cleans up when the process is asked to end, then ends it the way it was asked. Gives the way to stop listening. What
 * ends a process without asking (an uncaught error, `kill -9`) is the watchdog's business.
 */
export function onSignals(cleanUp: () => Promise<void>): () => void {
  const handle = (signal: NodeJS.Signals): void => {
    const end = (): void => {
      forget();
      process.kill(process.pid, signal);
    };
    cleanUp().then(end, end);
  };
  const forget = (): void => {
    for (const signal of SIGNALS) process.off(signal, handle);
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return forget;
}
