import { STATUS_PATH, STATUS_WORD, STATUSES } from '../domain/status.ts';

/** Stroke, shape and word of every status. */
export function Legend() {
  return (
    <ul class="legend" aria-label="Legend">
      {STATUSES.map((status) => (
        <li key={status} class={`status ${status}`}>
          <svg viewBox="0 0 44 16" width="38" height="14" aria-hidden="true">
            <line class="stroke" x1="0" y1="8" x2="26" y2="8" />
            <path d={STATUS_PATH[status]} transform="translate(28 0)" />
          </svg>
          {STATUS_WORD[status]}
        </li>
      ))}
    </ul>
  );
}
