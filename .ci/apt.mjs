import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What the live-kernel and browser tests run on, by Debian package, with the file that tells it is there. */
const PACKAGES = {
  clang: '/usr/bin/clang',
  llvm: '/usr/bin/llvm-strip',
  gcc: '/usr/bin/gcc',
  'g++': '/usr/bin/g++',
  make: '/usr/bin/make',
  'libbpf-dev': '/usr/include/bpf/libbpf.h',
  'libelf-dev': '/usr/include/libelf.h',
  'zlib1g-dev': '/usr/include/zlib.h',
  'libmnl-dev': '/usr/include/libmnl/libmnl.h',
  'libnetfilter-queue-dev': '/usr/include/libnetfilter_queue/libnetfilter_queue.h',
  iproute2: '/usr/sbin/ip',
  iptables: '/usr/sbin/iptables',
  'redis-server': '/usr/bin/redis-server',
  chromium: '/usr/bin/chromium',
  /* Servers whose conversations are read, and what the probe is compared with. */
  nginx: '/usr/sbin/nginx',
  wrk: '/usr/bin/wrk',
  postgresql: '/usr/share/postgresql-common/pg_wrapper',
  'mariadb-server': '/usr/sbin/mariadbd',
  'dnsmasq-base': '/usr/sbin/dnsmasq',
  unbound: '/usr/sbin/unbound',
  openssl: '/usr/bin/openssl',
  python3: '/usr/bin/python3',
  bpftrace: '/usr/bin/bpftrace',
  tcpdump: '/usr/bin/tcpdump',
  conntrack: '/usr/sbin/conntrack',
  /* Other kernels. */
  'qemu-system-x86': '/usr/bin/qemu-system-x86_64',
  'busybox-static': '/bin/busybox',
  cpio: '/usr/bin/cpio',
};

/** Installs what is missing, as root on Debian, saying so first. Elsewhere the tests that need it are skipped. */
export function installSystemPackages() {
  const missing = Object.keys(PACKAGES).filter((name) => !existsSync(PACKAGES[name]));
  if (missing.length === 0) return;
  const list = missing.join(' ');
  if (process.env.FAULTLINE_NO_APT === '1') {
    console.log(`System packages missing: ${list} (FAULTLINE_NO_APT=1: not installed)`);
    return;
  }
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || !existsSync('/usr/bin/apt-get')) {
    console.log(`System packages missing: ${list} (not root on Debian: not installed)`);
    return;
  }
  console.log(`Installing system packages with apt-get: ${list} (FAULTLINE_NO_APT=1 forbids it)`);
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  if (!apt('update') || !apt('install', '-y', '--no-install-recommends', ...missing)) {
    console.log('apt-get failed; what needs these packages is skipped');
  }
}
