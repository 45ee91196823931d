import { STATUS_PATH, STATUS_WORD, type Status } from '../domain/status.ts';

/** Shape and colour of a status; the word stands beside it or is read out. */
export function StatusIcon({ status, word = false }: { status: Status; word?: boolean }) {
  return (
    <span class={`status ${status}`}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d={STATUS_PATH[status]} />
      </svg>
      {word ? STATUS_WORD[status] : <span class="unseen">{STATUS_WORD[status]}</span>}
    </span>
  );
}
