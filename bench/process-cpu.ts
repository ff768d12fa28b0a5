// What processes cost, from /proc: whole processes by `stat`, which counts threads that ended; threads by `schedstat`, in nanoseconds.
import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ, the unit of /proc/PID/stat and /proc/stat on every Linux. */
const ticksPerSecond = 100
const microsecondsPerTick = 1_000_000 / ticksPerSecond

export interface CpuReading {
  /** Microseconds of user and system time, children included. */
  readonly process: number
  /** Microseconds by thread name; threads of one name together. */
  readonly threads: ReadonlyMap<string, number>
}

export function readCpu(pid: number): CpuReading {
  const family = familyOf(pid)
  const threads = new Map<string, number>()
  for (const member of family) addThreads(member, threads)
  return { process: family.reduce((sum, member) => sum + processMicroseconds(member), 0), threads }
}

export function cpuSince(before: CpuReading, pid: number): CpuReading {
  const after = readCpu(pid)
  const threads = new Map([...after.threads].map(([name, now]) => [name, now - (before.threads.get(name) ?? 0)]))
  return { process: after.process - before.process, threads }
}

/** Microseconds that all cores together were not idle. */
export function machineBusy(): number {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
  const [user = 0, nice = 0, system = 0, , , interrupt = 0, softInterrupt = 0, steal = 0] = first.trim().split(/\s+/).slice(1).map(Number)
  return (user + nice + system + interrupt + softInterrupt + steal) * microsecondsPerTick
}

/** The process and everything that it started and that still lives. */
function familyOf(pid: number): readonly number[] {
  const children = quietly(() =>
    readdirSync(`/proc/${pid}/task`).flatMap(thread => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ')),
  )
  return [pid, ...(children ?? []).filter(text => text !== '').flatMap(text => familyOf(Number(text)))]
}

function processMicroseconds(pid: number): number {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? ''
  // The name may hold spaces and parentheses: fields count from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * microsecondsPerTick
}

function addThreads(pid: number, to: Map<string, number>): void {
  for (const thread of quietly(() => readdirSync(`/proc/${pid}/task`)) ?? []) {
    const folder = `/proc/${pid}/task/${thread}`
    const found = quietly(() => ({
      name: thread === pid.toString() ? 'main' : readFileSync(`${folder}/comm`, 'utf8').trim(),
      nanoseconds: Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]),
    }))
    if (found !== undefined) to.set(found.name, (to.get(found.name) ?? 0) + found.nanoseconds / 1_000)
  }
}

/** Processes and threads end while they are looked at. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
