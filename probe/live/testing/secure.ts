import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { TappedChunk } from '../chunk.ts';

/** Programs that speak TLS in a network namespace, with a certificate of their own. */
export interface SecureWorld {
  readonly folder: string;
  /** Starts a program there; resolves when it has printed a line, with what it says line by line. */
  start(program: string, ...parameters: readonly string[]): Promise<Running>;
  /** Runs a program there to its end, with a request on its standard input, and returns what it printed. */
  run(program: string, ...parameters: readonly string[]): string;
  /** Starts nginx with this `http` section; resolves when it listens on `port`. */
  nginx(http: string, port: number): Promise<Running>;
  close(): Promise<void>;
}

export interface Running {
  readonly pid: number;
  /** The next line it prints. */
  line(): Promise<string>;
  say(line: string): void;
  stop(): Promise<void>;
}

export function createSecureWorld(netns: string): SecureWorld {
  const folder = mkdtempSync(path.join(tmpdir(), 'faultline-tls-'));
  const programs: Running[] = [];
  const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
  execFileSync(
    'openssl',
    `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout ${key} -out ${certificate}`.split(
      ' ',
    ),
    { stdio: 'ignore' },
  );

  const begin = (program: string, parameters: readonly string[]): Running => {
    const child = spawn('ip', ['netns', 'exec', netns, program, ...parameters], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const running = talkTo(child);
    programs.push(running);
    return running;
  };

  return {
    folder,
    async start(program, ...parameters) {
      const running = begin(program, parameters);
      await running.line();
      return running;
    },
    run: (program, ...parameters) =>
      execFileSync('ip', ['netns', 'exec', netns, program, ...parameters], {
        encoding: 'utf8',
        input: 'GET /items/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
        stdio: ['pipe', 'pipe', 'ignore'],
      }),
    async nginx(http, port) {
      const file = path.join(folder, `nginx-${port}.conf`);
      writeFileSync(file, nginxConfiguration(folder, http));
      const running = begin('nginx', ['-c', file, '-g', 'daemon off;']);
      await listening(netns, port);
      return running;
    },
    async close() {
      await Promise.all(programs.map((program) => program.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function nginxConfiguration(folder: string, http: string): string {
  return `pid ${folder}/nginx.pid; error_log stderr crit; worker_processes 2; events { }
    http {
      access_log off; keepalive_requests 100000; ssl_certificate ${folder}/certificate.pem;
      ssl_certificate_key ${folder}/key.pem; client_body_temp_path ${folder}; proxy_temp_path ${folder};
      ${http}
    }`;
}

function talkTo(child: ChildProcess): Running {
  const lines: string[] = [];
  const waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const next = waiting.shift();
    if (next === undefined) lines.push(line);
    else next.resolve(line);
  });
  child.once('exit', () => {
    for (const { reject } of waiting) reject(new Error('the program has ended'));
  });
  return {
    pid: child.pid!,
    line() {
      const line = lines.shift();
      if (line !== undefined) return Promise.resolve(line);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    say: (line) => child.stdin!.write(`${line}\n`),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Waits for a listening port. */
export async function listening(netns: string, port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const found = execFileSync('ip', ['netns', 'exec', netns, 'ss', '-tlnH', `sport = :${port}`], {
      encoding: 'utf8',
    });
    if (found !== '') return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`nobody listens on ${port}`);
}

/** What one end of a connection sent and received, as text. */
export interface Heard {
  readonly cookie: number;
  readonly role: TappedChunk['role'];
  readonly sent: string;
  readonly received: string;
}

/** Puts chunks of clear text together. @throws Error when offsets have a gap or bytes were not captured */
export function hear(chunks: readonly TappedChunk[]): readonly Heard[] {
  const found = new Map<number, { role: TappedChunk['role']; sent: string; received: string }>();
  for (const { cookie, role, clear, received, offset, length, bytes } of chunks) {
    if (!clear) continue;
    const heard = found.get(cookie) ?? { role, sent: '', received: '' };
    const direction = received ? 'received' : 'sent';
    if (offset !== heard[direction].length || length !== bytes.length)
      throw new Error(`${length} bytes at ${offset} of ${direction}, ${heard[direction].length} are known`);
    heard[direction] += Buffer.from(bytes).toString('latin1');
    found.set(cookie, heard);
  }
  return [...found].map(([cookie, heard]) => ({ cookie, ...heard }));
}
