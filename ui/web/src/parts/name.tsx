import { within } from '../domain/ids.ts';
import { ellipsis, NAME_CHARACTERS, shortName } from '../domain/text.ts';

/** A name from the cluster: text whatever it contains, never wider than its place, kept apart from its surroundings. */
export function Name({ text, length = NAME_CHARACTERS }: { text: string; length?: number }) {
  return (
    <bdi class="name" title={shortName(text)}>
      {ellipsis(text, length)}
    </bdi>
  );
}

interface EdgeTitleProps {
  readonly client: string;
  readonly server: string;
  readonly port: number;
  /** Namespace that need not be said, because everything here is of it. */
  readonly home?: string;
}

/** An edge as `client → server :port`. */
export function EdgeTitle({ client, server, port, home }: EdgeTitleProps) {
  return (
    <span class="edge-title">
      <Name text={within(client, home)} length={48} /> <span aria-hidden="true">→</span>
      <span class="unseen"> to </span> <Name text={within(server, home)} length={48} />
      {port > 0 && <span class="port"> :{port}</span>}
    </span>
  );
}
