/** Waits for Ctrl-C or SIGTERM (a second one ends the process at once), or for `ended`. */
export function untilStopped(ended: Promise<unknown> = new Promise(() => {})): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    ended.then(stop, stop);
  });
}
