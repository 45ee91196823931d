import { expect, test } from 'vitest';
import { DIALECTS } from '../index.ts';
import { chunksOf, corpus } from './conversation.ts';
import { captured, replay, sliced } from './replay.ts';

/** Values, keys, messages and topics of the recorded conversations with data stores have this word in them. */
const SECRET = /secret/i;
const STORES = ['postgres', 'mysql', 'redis', 'kafka'] as const;

test.each(STORES)('nothing a client of %s stored or asked for is told', (protocol) => {
  const dialect = DIALECTS.find((one) => one.protocol === protocol)!;
  const texts = corpus(protocol).map(({ said }) =>
    Buffer.concat(said.map(({ bytes }) => bytes)).toString('latin1'),
  );
  expect(texts.filter((text) => SECRET.test(text)).length).toBeGreaterThan(0);
  for (const conversation of corpus(protocol))
    for (const role of ['client', 'server'] as const) {
      const chunks = chunksOf(conversation, role);
      const views = [
        chunks,
        sliced(chunks, 7),
        captured(chunks, 100),
        captured(chunks, 40),
        captured(sliced(chunks, 90), 50),
      ];
      for (const late of [false, true])
        for (const view of [...views, ...chunks.map((_, n) => chunks.slice(n))])
          for (const { operation } of replay(dialect, view, role, late).exchanges)
            expect(operation).not.toMatch(SECRET);
    }
});
