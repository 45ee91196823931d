import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { netnsPath, run, runIn, sleep } from '../world/shell.ts';

/** Real servers in one network namespace, each in a process of its own, gone with `stop`. */
export interface Servers {
  start(kind: ServerKind): Promise<void>;
  /** The processes it consists of: their name, where there are several, or the id of the one. */
  processes(kind: ServerKind): readonly (number | string)[];
  stop(): Promise<void>;
}

export const PORTS = {
  nginx: 8080,
  nginxTls: 8443,
  http2: 8081,
  http2Tls: 8444,
  https: 8445,
  grpc: 8082,
  postgres: 5432,
  mariadb: 3306,
  redis: 6379,
  redisTls: 6380,
  dnsmasq: 53,
} as const;
export type ServerKind =
  | 'nginx'
  | 'http2'
  | 'http2Tls'
  | 'https'
  | 'grpc'
  | 'postgres'
  | 'mariadb'
  | 'redis'
  | 'dnsmasq';

const NODE_SERVER = fileURLToPath(new URL('node-server.ts', import.meta.url));
const SLOW_DNS = 5353;
const NOBODY = 65_534;
const PATIENCE_MILLIS = 60_000;

export async function startServers(netns: string): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), 'flt-requests-'));
  chmodSync(folder, 0o755);
  const secrets = await makeCertificate(folder);
  const children: ChildProcess[] = [];
  const pids = new Map<ServerKind, readonly number[]>();

  const launch = (program: string, args: readonly string[], { uid = 0, cwd = folder } = {}): ChildProcess => {
    const child = spawn('nsenter', [`--net=${netnsPath(netns)}`, program, ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === 0 ? {} : { env: { ...process.env, HOME: cwd } }),
    });
    child.stderr!.resume();
    children.push(child);
    return child;
  };
  const node = async (...args: readonly string[]): Promise<void> => {
    const child = launch(process.execPath, ['--import', 'tsx', NODE_SERVER, ...args], { cwd: process.cwd() });
    await new Promise<void>((resolve, reject) => {
      child.stdout!.once('data', () => resolve());
      child.once('exit', () => reject(new Error(`the server ${args[0]} has ended`)));
    });
  };
  const listening = (port: number) => untilListening(netns, port);
  const owned = (name: string): string => {
    const data = join(folder, name);
    mkdirSync(data);
    chownSync(data, NOBODY, NOBODY);
    return data;
  };
  const asNobody = ['--setuid', String(NOBODY), '--setgid', String(NOBODY)];

  const starters: Record<ServerKind, () => Promise<void>> = {
    async nginx() {
      writeFileSync(join(folder, 'nginx.conf'), nginxConfiguration(folder, secrets));
      launch('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'nginx.err')]);
      await listening(PORTS.nginx);
    },
    http2: () => node('http2', String(PORTS.http2)),
    http2Tls: () => node('http2', String(PORTS.http2Tls), secrets.key, secrets.certificate),
    https: () => node('http', String(PORTS.https), secrets.key, secrets.certificate),
    grpc: () => node('grpc', String(PORTS.grpc)),
    async postgres() {
      const data = owned('postgres');
      const bin = postgresFolder();
      await run('setpriv', [
        '--reuid',
        String(NOBODY),
        '--regid',
        String(NOBODY),
        '--clear-groups',
        join(bin, 'initdb'),
        '-D',
        data,
        '-U',
        'bench',
        '-A',
        'trust',
        '-N',
      ]);
      writeFileSync(join(data, 'pg_hba.conf'), 'host all all all trust\n');
      for (const [name, file] of [
        ['server.key', secrets.key],
        ['server.crt', secrets.certificate],
      ] as const) {
        await run('install', ['-m', '600', '-o', String(NOBODY), file, join(data, name)]);
      }
      launch('nsenter', [
        ...asNobody,
        '--',
        join(bin, 'postgres'),
        '-D',
        data,
        '-h',
        '0.0.0.0',
        '-p',
        String(PORTS.postgres),
        '-k',
        data,
        '-c',
        'ssl=on',
        '-c',
        'fsync=off',
      ]);
      await listening(PORTS.postgres);
    },
    async mariadb() {
      const data = owned('mariadb');
      await run('mariadb-install-db', [
        `--datadir=${data}`,
        '--user=nobody',
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
      ]);
      const init = join(data, 'init.sql');
      writeFileSync(init, "CREATE USER bench@'%';\nGRANT ALL ON *.* TO bench@'%';\n");
      launch('mariadbd', [
        '--no-defaults',
        `--datadir=${data}`,
        '--user=nobody',
        `--port=${PORTS.mariadb}`,
        '--bind-address=0.0.0.0',
        `--socket=${data}/sock`,
        `--pid-file=${data}/pid`,
        `--init-file=${init}`,
        '--skip-name-resolve',
        `--ssl-key=${secrets.key}`,
        `--ssl-cert=${secrets.certificate}`,
      ]);
      await listening(PORTS.mariadb);
    },
    async redis() {
      launch('redis-server', [
        '--port',
        String(PORTS.redis),
        '--tls-port',
        String(PORTS.redisTls),
        '--tls-cert-file',
        secrets.certificate,
        '--tls-key-file',
        secrets.key,
        '--tls-auth-clients',
        'no',
        '--save',
        '',
        '--protected-mode',
        'no',
        '--enable-debug-command',
        'yes',
      ]);
      await listening(PORTS.redis);
    },
    async dnsmasq() {
      await node('dns', String(SLOW_DNS));
      launch('dnsmasq', [
        '--keep-in-foreground',
        '--conf-file=/dev/null',
        '--no-resolv',
        '--no-hosts',
        '--cache-size=0',
        '--no-negcache',
        `--server=127.0.0.1#${SLOW_DNS}`,
        '--user=root',
        `--pid-file=${folder}/dnsmasq.pid`,
        '--dns-forward-max=1000',
      ]);
      await listening(PORTS.dnsmasq);
    },
  };

  const begin = async (kind: ServerKind): Promise<void> => {
    const before = children.length;
    await starters[kind]();
    pids.set(
      kind,
      children.slice(before).flatMap(({ pid }) => pid ?? []),
    );
  };

  return {
    start: begin,
    processes: (kind) => (kind === 'nginx' || kind === 'postgres' ? [kind] : (pids.get(kind) ?? [])),
    async stop() {
      await Promise.all(children.map(ended));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(force);
}

interface Secrets {
  readonly key: string;
  readonly certificate: string;
}

async function makeCertificate(folder: string): Promise<Secrets> {
  const secrets = { key: join(folder, 'key.pem'), certificate: join(folder, 'certificate.pem') };
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=shop.example',
    '-keyout',
    secrets.key,
    '-out',
    secrets.certificate,
  ]);
  chmodSync(secrets.key, 0o644);
  return secrets;
}

/** The newest PostgreSQL of the machine; its programs are not on the path. */
function postgresFolder(): string {
  const root = '/usr/lib/postgresql';
  const versions = readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory());
  return join(root, versions.sort((a, b) => Number(b) - Number(a))[0]!, 'bin');
}

/** Answers after the milliseconds of the path, or with 503. One worker: everything is in one process's hands. */
function nginxConfiguration(folder: string, { key, certificate }: Secrets): string {
  const waits = Array.from(
    { length: 21 },
    (_, ms) => `location = /wait/${ms} { echo_sleep ${ms / 1000}; echo well; }`,
  );
  return `
load_module /usr/lib/nginx/modules/ngx_http_echo_module.so;
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
  server {
    listen ${PORTS.nginx};
    listen ${PORTS.nginxTls} ssl;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    location /bad/ { return 503; }
    ${waits.join('\n    ')}
  }
}
`;
}

async function untilListening(netns: string, port: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MILLIS;
  for (;;) {
    const listeners = await runIn(netns, 'ss', ['-Hltnu', `sport = :${port}`]);
    if (listeners.trim() !== '') return;
    if (performance.now() > deadline) throw new Error(`nobody listens on port ${port}`);
    await sleep(50);
  }
}
