import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './place.ts';
import { PORTS } from './ports.ts';

/** A proxy in front of a server of Node that takes its time. */
export async function nginx(place: Place): Promise<void> {
  const socket = join(place.folder, 'slow.sock');
  await place.node('http', socket);
  const file = join(place.folder, 'nginx.conf');
  writeFileSync(file, configuration(place, socket));
  await place.serve(PORTS.nginx, 'nginx', ['-c', file, '-e', join(place.folder, 'nginx.err')]);
}

/** One worker: everything is in one process's hands. */
function configuration({ folder, secrets }: Place, socket: string): string {
  return `
worker_processes 1;
daemon off;
user root;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 100000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  upstream slow { server unix:${socket}; keepalive 32; }
  server {
    listen ${PORTS.nginx};
    listen ${PORTS.nginxTls} ssl;
    ssl_certificate ${secrets.certificate};
    ssl_certificate_key ${secrets.key};
    location / { proxy_pass http://slow; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`;
}
