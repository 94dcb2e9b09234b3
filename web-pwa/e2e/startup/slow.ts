/**
 * Makes a whole browser slower: all its processes get a share of the machine, by a CPU cgroup; where
 * none can be written the page alone is throttled by the browser itself.
 *
 * For: `startup.spec.ts`.
 */
import type { CDPSession } from '@playwright/test';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** How many times slower. */
export const TIMES = 6;

const PERIOD_US = 100_000;

/** What a browser is slowed with. */
export interface Slow {
  /** Said on the printed line. */
  readonly how: string;
  /** Processes and threads of the worker are slowed too. */
  readonly whole: boolean;
  apply(pid: number, page: CDPSession): Promise<void>;
  /** Full speed again: starting the browser itself is not measured. */
  release(page: CDPSession): Promise<void>;
  remove(): void;
}

/** The best there is on this machine. */
export function slowDown(): Slow {
  return cgroup('/sys/fs/cgroup', 'cpu.max') ?? cgroup('/sys/fs/cgroup/cpu', 'v1') ?? pageThrottle();
}

/** Of all cores together one sixth, so that no number of threads gets round it. */
const quotaUs = (): number => Math.round((availableParallelism() * PERIOD_US) / TIMES);

function cgroup(root: string, kind: 'cpu.max' | 'v1'): Slow | null {
  const folder = join(root, `maraude-startup-${process.pid}`);
  const limit = (us: number | null): void => {
    if (kind === 'cpu.max') {
      writeFileSync(join(folder, 'cpu.max'), `${us ?? 'max'} ${PERIOD_US}`);
      return;
    }
    writeFileSync(join(folder, 'cpu.cfs_period_us'), String(PERIOD_US));
    writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(us ?? -1));
  };
  try {
    // A folder made elsewhere than in a cgroup tree lists no processes.
    readFileSync(join(root, 'cgroup.procs'));
    mkdirSync(folder);
    limit(null);
  } catch {
    return null;
  }
  return {
    how: `CPU cgroup, ${quotaUs() / 1000} ms of CPU in each ${PERIOD_US / 1000} ms`,
    whole: true,
    async apply(pid) {
      for (const one of treeOf(pid)) writeFileSync(join(folder, 'cgroup.procs'), String(one));
      limit(quotaUs());
    },
    async release() {
      limit(null);
    },
    remove() {
      try {
        rmdirSync(folder);
      } catch {
        // Processes of a killed browser may still be ending in it; an empty group costs nothing.
      }
    },
  };
}

function pageThrottle(): Slow {
  const rate = (page: CDPSession, times: number): Promise<unknown> =>
    page.send('Emulation.setCPUThrottlingRate', { rate: times });
  return {
    how: 'page throttle: no cgroup can be written here, the worker runs at full speed',
    whole: false,
    async apply(_, page) {
      await rate(page, TIMES);
    },
    async release(page) {
      await rate(page, 1);
    },
    remove() {
      // Nothing was made.
    },
  };
}

/** Ticks of `/proc` are hundredths of a second on Linux. */
const TICK_MS = 10;

/** CPU time that a browser's processes have used, milliseconds. */
export function cpuMs(pid: number): number {
  let ticks = 0;
  for (const one of treeOf(pid)) {
    const fields = readFileSync(`/proc/${one}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * TICK_MS;
}

/** A process and all that descend from it. */
function treeOf(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(treeOf)];
}
