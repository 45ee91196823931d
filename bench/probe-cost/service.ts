import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultlineError } from '../../probe/index.ts';
import { scratch } from '../load/compile.ts';
import { inside, run } from '../load/run.ts';

/** Port of the service; no other traffic of the machine has it. */
export const PORT = 18_081;
const CONNECTIONS = 16;

export type Mode = 'churn' | 'keepalive';

/** What one run of the load came to. */
export interface Round {
  /** Requests answered a second. */
  readonly perSecond: number;
  readonly requests: number;
  /** Connections the service accepted, by its own count. */
  readonly connections: number;
}

export interface Service {
  /** Asks as fast as it goes for so many whole seconds: one thread, 16 connections. */
  load(mode: Mode, seconds: number): Promise<Round>;
  stop(): Promise<void>;
}

/** nginx with one worker in the namespace, and wrk beside it. */
export async function startService(netns: string): Promise<Service> {
  const folder = scratch();
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration(folder));
  const nginx = spawn(...inside(netns, 'nginx', '-p', folder, '-c', file), {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = () => nginx.kill('SIGTERM');
  process.once('exit', stop);
  const accepted = async () => {
    const text = await run(...inside(netns, 'curl', '-sf', `http://127.0.0.1:${PORT}/status`));
    return Number(/^ (\d+) \d+ \d+/m.exec(text)![1]);
  };
  await untilUp(accepted);

  return {
    async load(mode, seconds) {
      const before = await accepted();
      const close = mode === 'churn' ? ['-H', 'Connection: close'] : [];
      const url = `http://127.0.0.1:${PORT}/`;
      const text = await run(
        ...inside(netns, 'wrk', '-t', '1', '-c', String(CONNECTIONS), '-d', `${seconds}s`, ...close, url),
      );
      const number = (pattern: RegExp) => Number(pattern.exec(text)![1]);
      return {
        perSecond: number(/^Requests\/sec:\s+([\d.]+)/m),
        requests: number(/^\s*(\d+) requests in/m),
        /* The question for the count itself is one. */
        connections: (await accepted()) - before - 1,
      };
    },
    async stop() {
      process.off('exit', stop);
      if (stop()) await once(nginx, 'exit');
    },
  };
}

const configuration = (folder: string): string => `
worker_processes 1;
daemon off;
user root;
pid ${folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${PORT} backlog=4096;
    location / { return 200 "ok\\n"; }
    location = /status { stub_status; }
  }
}
`;

async function untilUp(ask: () => Promise<number>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      await ask();
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new FaultlineError(
    'FL-584',
    'nginx did not start in its namespace.',
    'Install nginx, wrk and curl, and see what nginx says above.',
  );
}
