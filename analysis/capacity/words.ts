import { countWords, nodeWords, spanWords } from '../events/words.ts';
import type { CapacityItem, Estimate } from './capacity.ts';

/** What is in use of what, how it changes, and how long it lasts, in one sentence. */
export function sentence(item: Omit<CapacityItem, 'text'>): string {
  const { timeLeft, state } = item;
  const end =
    timeLeft !== null && state !== 'full'
      ? `; it lasts ${lasting(timeLeft)} if it goes on so`
      : state === 'near'
        ? '; no trend'
        : '';
  return `${level(item)}${change(item)}${end}.`;
}

function level({ kind, subject, instance, what, used, limit, ended }: Omit<CapacityItem, 'text'>): string {
  const who = `${nodeWords(subject)}${instance === null ? '' : ` (${instance})`}`;
  const number = (value: number) => Math.round(value).toLocaleString('en-US');
  const of = limit === null ? '' : ` of ${number(limit.estimate)}`;
  const share = limit === null ? '' : ` (${Math.round((100 * used) / limit.estimate)} %)`;
  switch (kind) {
    case 'accept queue':
      return `The accept queue of ${who} at ${what} holds ${number(used)}${of} connections nobody accepted${share}`;
    case 'local ports': {
      const waiting = ended > 0 ? `, ${number(ended)} by connections that have ended` : '';
      return `${who} uses ${number(used)}${of} local ports from ${what}${share}${waiting}`;
    }
    case 'connection tracking':
      return `The connection tracking of ${who}, ${what}, holds ${number(used)}${of} entries${share}`;
    case 'open connections':
      return `${what} has ${countWords(used, 'connection')} more open than at first`;
    case 'load':
      return `${what} takes ${rate(used)} requests a second; its latency rises with them as if it saturates at ${rate(limit!.estimate)} (${rate(limit!.low)} to ${limit!.high === null ? 'far more' : rate(limit!.high)})`;
  }
}

function change({ perHour, kind }: Omit<CapacityItem, 'text'>): string {
  if (perHour === null) return '';
  const unit = kind === 'load' ? ' a second' : '';
  return `, ${perHour.estimate >= 0 ? '+' : '−'}${rate(Math.abs(perHour.estimate))}${unit} an hour (${rate(perHour.low)} to ${rate(perHour.high ?? perHour.estimate)})`;
}

function lasting({ estimate, low, high }: Estimate): string {
  return `${spanWords(estimate)} (${spanWords(low)} to ${high === null ? 'for good' : spanWords(high)})`;
}

function rate(value: number): string {
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toPrecision(2)));
}
