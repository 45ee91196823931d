import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { delayOf, type Errand, isBad, type Ledger, openLedger, share } from '../ledger.ts';

/** Streams side by side on each connection. */
const STREAMS = 4;

export async function http2({ host, port, tls, requests, connections }: Errand): Promise<Ledger> {
  const ledger = openLedger();
  const sessions = Array.from({ length: connections }, () =>
    connect(`${tls ? 'https' : 'http'}://${host}:${port}`, { rejectUnauthorized: false }),
  );
  await Promise.all(sessions.map((session) => once(session, 'connect')));
  await share(requests, connections * STREAMS, (index, lane) =>
    ledger.timed(async () => {
      const path = isBad(index) ? `/bad/${index}` : `/wait/${delayOf(index)}`;
      const stream = sessions[lane % connections]!.request({ [constants.HTTP2_HEADER_PATH]: path });
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      stream.resume();
      if (Number(headers[constants.HTTP2_HEADER_STATUS]) >= 500) throw new Error('status');
    }),
  );
  for (const session of sessions) session.close();
  await Promise.all(sessions.map((session) => once(session, 'close')));
  return ledger.close();
}
