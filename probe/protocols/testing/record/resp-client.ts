import { connect, type Socket } from 'node:net';

/** Just enough of a Redis client to write down what it was told. */
export interface RespClient {
  /** Sends these bytes in one call. */
  say(text: string): void;
  /** The next whole reply or push, as text. */
  hear(): Promise<string>;
  close(): void;
}

export const encode = (...words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

export async function respClient(port: number): Promise<RespClient> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(opened));
    opened.on('error', reject);
  });
  let unread = '';
  let wake = () => {};
  socket.on('data', (bytes) => {
    unread += bytes.toString('latin1');
    wake();
  });
  return {
    say: (text) => socket.write(text),
    async hear() {
      for (;;) {
        const end = elementEnd(unread, 0);
        if (end > 0) {
          const reply = unread.slice(0, end);
          unread = unread.slice(end);
          return reply;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: () => socket.end(),
  };
}

/** Where the element at `from` ends; 0 when it is not complete. */
function elementEnd(text: string, from: number): number {
  const line = text.indexOf('\r\n', from) + 2;
  if (line < 2) return 0;
  const count = Number(text.slice(from + 1, line - 2));
  const type = text[from]!;
  if ('$=!'.includes(type)) {
    const end = count < 0 ? line : line + count + 2;
    return end <= text.length ? end : 0;
  }
  let end = line;
  if ('*%~>'.includes(type))
    for (let left = type === '%' ? 2 * count : count; left > 0 && end > 0; left--)
      end = elementEnd(text, end);
  return end;
}
