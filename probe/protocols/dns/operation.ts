import type { Message } from './message.ts';

const FORMERR = 1;
const SERVFAIL = 2;
const NOTIMP = 4;
const REFUSED = 5;

/**
 * Whether the server failed to answer. NXDOMAIN is an answer: a search list of the resolver makes many of them for every
 * name that is found.
 */
export function isFailure(rcode: number): boolean {
  return rcode === FORMERR || rcode === SERVFAIL || rcode === NOTIMP || rcode === REFUSED;
}

/**
 * `A shop.example`: type and name of the first question. Names of services stay as they are; addresses in reverse lookups
 * and labels that nobody chose (hashes, tokens, addresses) become `{id}`, so that the names of an edge stay few.
 */
export function operationOf(message: Message): string {
  const question = message.questions[0];
  if (question === undefined) return '';
  return `${question.type} ${foldName(question.name)}`;
}

export function foldName(name: string): string {
  if (name === '') return '.';
  const reverse = /\.?(in-addr|ip6)\.arpa$/.exec(name);
  if (reverse !== null) return `{address}.${reverse[1]}.arpa`;
  const labels = name.split('.').map((label) => (isGenerated(label) ? '{id}' : label));
  return labels.filter((label, i) => label !== '{id}' || labels[i - 1] !== '{id}').join('.');
}

const ADDRESS = /^(ip-)?\d{1,3}(-\d{1,3}){3}$/;
const HEX = /^(?=.*\d)[0-9a-f-]{12,}$/;
const NUMBER = /^\d{4,}$/;

function isGenerated(label: string): boolean {
  if (ADDRESS.test(label) || HEX.test(label) || NUMBER.test(label)) return true;
  const digits = label.replace(/\D/g, '').length;
  return label.length > 40 || (label.length >= 20 && digits >= 4);
}
