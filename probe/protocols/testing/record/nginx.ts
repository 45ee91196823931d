import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Nginx {
  /** Unix socket it listens on. */
  readonly http: string;
  stop(): Promise<void>;
}

/** A real nginx with one route for each kind of answer. */
export async function nginx(): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'flt-nginx-'));
  const http = join(folder, 'http');
  writeFileSync(join(folder, 'large.bin'), Buffer.alloc(90_000, 'large '));
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, http));
  const server = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'inherit' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await sleep(300);
  return {
    http,
    async stop() {
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

const configuration = (folder: string, http: string) => `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off; root ${folder}; sendfile on; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/p;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server {
    listen unix:${http};
    location /users { return 200 "a user\\n"; }
    location /orders { return 404 "no such order\\n"; }
    location /empty { return 204; }
    location /moved { return 301 /users; }
    location /broken { return 500 "broken\\n"; }
    location /busy { return 503; }
    location /upload { client_max_body_size 64k; return 200 "thanks\\n"; }
  }
}
`;
