import { type ProbeCounters, quantile } from '../../../probe/index.ts';
import { bytes, count, counted, duration, percent } from '../../report/format.ts';
import { printable, type Style } from '../../report/style.ts';
import type { SummaryRow } from './summary.ts';

export interface SummaryFrame {
  readonly at: Date;
  /** Seconds the rows cover. */
  readonly seconds: number;
  readonly rows: readonly SummaryRow[];
  readonly leftOut: number;
  readonly counters: Pick<ProbeCounters, 'sockets' | 'lost'>;
}

interface Column {
  readonly title: string;
  readonly width: number;
  /** The higher, the earlier it goes where the screen is narrow. */
  readonly spare: number;
  readonly text: (row: SummaryRow, seconds: number) => string;
}

const COLUMNS: readonly Column[] = [
  { title: 'conn/s', width: 9, spare: 0, text: (row, seconds) => perSecond(row.opened, seconds) },
  { title: 'broken', width: 8, spare: 1, text: (row) => (row.broken === 0 ? '–' : count(row.broken)) },
  { title: 'req/s', width: 9, spare: 0, text: (row, seconds) => perSecond(row.requests, seconds) },
  {
    title: 'failed',
    width: 8,
    spare: 0,
    text: (row) => (row.failedRequests === 0 ? '–' : percent(row.failedRequests / row.requests)),
  },
  { title: 'P50', width: 9, spare: 2, text: (row) => duration(quantile(row.latency, 0.5)) },
  { title: 'P99', width: 9, spare: 0, text: (row) => duration(quantile(row.latency, 0.99)) },
  {
    title: 'retr',
    width: 8,
    spare: 4,
    text: (row) => (row.retransmits === 0 ? '–' : count(row.retransmits)),
  },
  { title: 'bytes/s', width: 10, spare: 3, text: (row, seconds) => bytes(row.bytes / seconds) },
];
/** Both names with the arrow: with less room than this, columns give way. */
const MIN_NAMES = 40;
const MAX_NAMES = 80;

function columnsFor(width: number): readonly Column[] {
  let columns = COLUMNS;
  for (let spare = 4; spare > 0 && width - widthOf(columns) < MIN_NAMES; spare--) {
    columns = columns.filter((column) => column.spare !== spare);
  }
  return columns;
}

const widthOf = (columns: readonly Column[]): number =>
  columns.reduce((sum, column) => sum + column.width, 0);

/** One screen of the summary, at most `height` lines of at most `width` columns. */
export function screenOf(frame: SummaryFrame, width: number, height: number, paint: Style): string {
  const columns = columnsFor(width);
  const names = Math.min(MAX_NAMES, Math.max(MIN_NAMES, width - widthOf(columns)));
  const room = Math.max(1, height - 4);
  const shown = frame.rows.slice(0, room);
  const hidden = frame.rows.length - shown.length;
  const more = [
    hidden > 0 ? `${counted(hidden, 'more line')}` : '',
    frame.leftOut > 0 ? `${counted(frame.leftOut, 'flow')} of further addresses left out` : '',
  ].filter((text) => text !== '');
  return [
    heading(frame, paint),
    paint.dim(
      `${'who → whom'.padEnd(names)}${columns.map(({ title, width }) => title.padStart(width)).join('')}`,
    ),
    ...(shown.length === 0
      ? [paint.dim('nothing happened')]
      : shown.map((row) => line(row, frame, columns, names, paint))),
    ...(more.length === 0 ? [] : [paint.dim(`… ${more.join(', ')}`)]),
    '',
  ].join('\n');
}

function heading({ at, seconds, rows, counters }: SummaryFrame, paint: Style): string {
  const sum = (pick: (row: SummaryRow) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const failed = sum((row) => row.failedRequests);
  const parts = [
    at.toISOString().slice(11, 19),
    `${count(sum((row) => row.opened) / seconds)} connections/s`,
    `${count(sum((row) => row.requests) / seconds)} requests/s`,
    `${count(failed)} failed`,
  ];
  const lost = `${count(counters.lost)} lost`;
  return `${paint.bold(parts.join(' · '))} · ${counters.lost > 0 ? paint.warn(lost) : lost}`;
}

function line(
  row: SummaryRow,
  { seconds }: SummaryFrame,
  columns: readonly Column[],
  names: number,
  paint: Style,
): string {
  const cells = columns.map(({ text, width }) => text(row, seconds).padStart(width));
  const bad = row.broken > 0 || row.failedRequests > 0;
  const text = `${who(row, names)}${cells.join('')}`;
  return bad ? paint.bad(text) : text;
}

/** Both names get the same room; what does not fit loses its beginning. */
function who({ client, server, port }: SummaryRow, width: number): string {
  const each = Math.floor((width - 4) / 2);
  return `${cut(client, each).padStart(each)} → ${cut(`${server}:${port}`, each).padEnd(each)} `;
}

function cut(name: string, room: number): string {
  const text = printable(name);
  return text.length <= room ? text : `…${text.slice(text.length - room + 1)}`;
}

const perSecond = (value: number, seconds: number): string =>
  value === 0 ? '–' : count(Math.max(1, value / seconds));
