import type { ServiceDefinition } from '@grpc/grpc-js';

const same = (bytes: Buffer): Buffer => bytes;

/** A service of one method whose messages are the milliseconds to wait, as text. */
export const SHOP: ServiceDefinition = {
  wait: {
    path: '/bench.Shop/Wait',
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  },
};
