import { useEffect, useRef } from 'preact/hooks';
import { StatusIcon } from './status-icon.tsx';

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['/'], 'search'],
  [['[', ']'], 'fewer hops, more hops'],
  [['↑', '↓', '←', '→'], 'walk from workload to workload (map focused)'],
  [['Enter'], 'put the selected workload in the middle'],
  [['t'], 'the same as a table'],
  [['w'], 'why: the report'],
  [['f'], 'fit the map into the window'],
  [['Esc'], 'let go of the selection'],
];

export function Help({ open, close }: { open: boolean; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="help-title">
      <h2 id="help-title">How to read and walk the map</h2>
      <p>
        The workload you chose is in the middle, who calls it on the left, what it calls on the right. A line
        is as thick as its traffic; its colour, its stroke and its sign say how it is.
      </p>
      <ul class="legend-list">
        <li>
          <StatusIcon status="bad" word /> left its baseline, people notice
        </li>
        <li>
          <StatusIcon status="warn" word /> left its baseline a little
        </li>
        <li>
          <StatusIcon status="unknown" word /> too little data to say
        </li>
        <li>
          <StatusIcon status="ok" word /> as usual
        </li>
      </ul>
      <p class="note">
        Barrels are stateful sets, flat tops daemon sets, cut corners jobs; dashed outlines are outside the
        cluster or have no name.
      </p>
      <dl class="keys">
        {KEYS.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="primary">
          Close
        </button>
      </form>
    </dialog>
  );
}
