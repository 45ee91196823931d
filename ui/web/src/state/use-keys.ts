import { useEffect, useRef } from 'preact/hooks';

/** Single keys that work anywhere except where somebody is typing. */
export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  // Effects run after the next paint; a key pressed before it must already mean what the page shows.
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target as HTMLElement;
      if (target.closest('input, textarea, select, [contenteditable], dialog') !== null) return;
      const action = latest.current[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}
