export { DNS } from './dialect.ts';
export { type Message, type Question, readMessage } from './message.ts';
export { foldName, isFailure, operationOf } from './operation.ts';
