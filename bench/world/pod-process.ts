import { type ChildProcess, spawn } from 'node:child_process';
import { FaultlineError } from '../../probe/index.ts';
import { containerCgroup, makeCgroup } from './cgroup.ts';
import type { Pod } from './model.ts';
import { podNetns } from './network.ts';
import type { Answers, Command, FromPod, ToPod } from './service/protocol.ts';
import { enter } from './shell.ts';

/** The end of a process's error output that is kept for the report of its unexpected end. */
const KEPT_ERROR_BYTES = 4096;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The one process of a pod: in its namespace and cgroup before it opens any socket, in a session of its own. */
export class PodProcess {
  readonly pod: Pod;
  #child: ChildProcess;
  #waiting = new Map<number, Waiting>();
  #ready: Promise<void>;
  #nextId = 1;
  #stderr = '';
  #ended: Error | null = null;
  #ending = false;

  constructor(
    worldId: string,
    pod: Pod,
    command: readonly string[],
    env: NodeJS.ProcessEnv,
    channel: boolean,
  ) {
    this.pod = pod;
    const cgroup = makeCgroup(worldId, containerCgroup(pod.uid, pod.containerId));
    this.#child = spawn('/bin/sh', enter(cgroup, podNetns(worldId, pod.name), command), {
      detached: true,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'ignore', 'pipe', channel ? 'ipc' : 'ignore'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_ERROR_BYTES);
    });
    this.#ready = new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve: () => resolve(), reject });
    });
    this.#ready.catch(() => {});
    this.#child.on('message', (message) => this.#onMessage(message as FromPod));
    this.#child.on('error', (error) => this.#end(error));
    this.#child.on('exit', (code, signal) => this.#end(new Error(`it ended with ${signal ?? code}`)));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves once the pod listens (for a process with a channel). */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** The error of a process that ended without having been told to. */
  get unexpectedEnd(): Error | null {
    return this.#ending ? null : this.#ended;
  }

  ask<T extends Command['type']>(command: Extract<Command, { type: T }>): Promise<Answers[T]> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, command } satisfies ToPod);
    }) as Promise<Answers[T]>;
  }

  signal(name: NodeJS.Signals): void {
    if (this.#ended === null) this.#child.kill(name);
  }

  /** From now on its end is no surprise. */
  expectEnd(): void {
    this.#ending = true;
  }

  kill(): Promise<void> {
    this.#ending = true;
    if (this.#ended !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.kill('SIGKILL');
    });
  }

  #onMessage(message: FromPod): void {
    const id = message.type === 'ready' ? 0 : message.id;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (message.type === 'error') waiting?.reject(new Error(`${this.pod.name}: ${message.message}`));
    else waiting?.resolve(message.type === 'answer' ? message.value : undefined);
  }

  #end(cause: Error): void {
    this.#ended ??= new FaultlineError(
      'FL-581',
      `The process of pod ${this.pod.name} ended although nobody told it to: ${this.#stderr.trim() || cause.message}`,
      'Start the world again; the counts of this one are not complete.',
      { cause },
    );
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
