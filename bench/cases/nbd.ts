// The disk plane over a unix socket, data on a memory file system, beside nbdkit (disk-encryption.md E.2). One connection, queue depth 32.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type NbdServer, startNbdkit } from '#bench/anchors/nbdkit.ts'
import type { Bench } from '#bench/bench.ts'
import { type BenchCase, type Row, rowOf } from '#bench/case.ts'
import { openDiskWorld } from '#bench/disk-world.ts'
import { fill, fio, type PatternName, patterns } from '#bench/fio.ts'
import { cpuSince, machineBusy, readCpu } from '#bench/process-cpu.ts'
import { median } from '#bench/statistics.ts'

const [mebibytes, luksGoal, plainGoal] = [512, 2.5, 1]

interface Measured {
  readonly rate: number
  /** Microseconds of the server an operation. */
  readonly cpu: number
  readonly disturbed: boolean
}

type ServerName = 'product' | 'nbdkit luks' | 'nbdkit file'
type Round = ReadonlyMap<string, Measured>

export const nbd: BenchCase = {
  name: 'nbd',
  async run(bench) {
    for (const tool of ['fio', 'nbdkit', 'qemu-img'])
      if (!(process.env['PATH'] ?? '').split(':').some(folder => existsSync(join(folder, tool)))) throw new Error(`${tool} is missing`)
    const folder = mkdtempSync(join(bench.settings.memory, 'keystead-bench-nbd-'))
    const servers = new Map<ServerName, NbdServer>()
    try {
      servers.set('product', await productServer(bench))
      servers.set('nbdkit luks', await startNbdkit(folder, { luks: true, mebibytes }))
      servers.set('nbdkit file', await startNbdkit(folder, { luks: false, mebibytes }))
      for (const { uri } of servers.values()) await fill(uri, mebibytes)
      const rows: Row[] = []
      for (const pattern of names) rows.push(...(await rowsOf(bench, servers, pattern)))
      return rows
    } finally {
      for (const server of servers.values()) server.stop()
      rmSync(folder, { recursive: true })
    }
  },
}

const names: readonly PatternName[] = ['sequential read 256K', 'sequential write 256K', 'random read 4K', 'random write 4K']

/** A disk of the shared world: under a set, its key in a vault, exported by the instance's own program of the disks. */
async function productServer(bench: Bench): Promise<NbdServer> {
  const world = await bench.world()
  const disks = await openDiskWorld(world)
  const id = await disks.makeDisk('nbd', 1)
  return { pid: world.instance.pid, uri: await disks.export(id), stop: () => undefined }
}

async function rowsOf({ settings }: Bench, servers: ReadonlyMap<ServerName, NbdServer>, pattern: PatternName): Promise<readonly Row[]> {
  const rounds: Round[] = []
  for (const server of servers.values()) await fio(server.uri, { pattern, mebibytes, seconds: 1 })
  for (let round = 0; round < settings.rounds; round += 1) {
    const measured = new Map<string, Measured>()
    const order = [...servers]
    for (const [name, server] of round % 2 === 0 ? order : order.toReversed())
      measured.set(name, await measureOne(server, { pattern, seconds: settings.seconds }))
    rounds.push(measured)
  }
  const of = (name: ServerName, figure: (measured: Measured) => number): readonly number[] =>
    rounds.map(round => figure(round.get(name) ?? { rate: Number.NaN, cpu: Number.NaN, disturbed: false }))
  const marks = rounds.some(round => [...round.values()].some(one => one.disturbed)) ? ['disturbed'] : []
  const unit = patterns[pattern].bs === '4k' ? 'IOPS' : 'MB/s'
  const rate = (one: Measured): number => (unit === 'IOPS' ? one.rate / 4_096 : one.rate / 1e6)
  const against = (name: ServerName): readonly number[] =>
    rounds.map(round => (round.get('product')?.rate ?? Number.NaN) / (round.get(name)?.rate ?? Number.NaN))
  const figures = Object.fromEntries(
    [...servers.keys()].flatMap(name => [
      [`${name} ${unit}`, median(of(name, rate))],
      [`${name} µs cpu`, median(of(name, one => one.cpu))],
    ]),
  )
  // Sequential writes are the weak spot of a process that copies 64 KiB pieces (disk-encryption.md E.2): no goal beside the plain file.
  const plain = pattern === 'sequential write 256K' ? undefined : plainGoal
  return [
    rowOf({ case: `NBD ${pattern}`, anchor: 'nbdkit luks rate', goal: luksGoal, rounds: against('nbdkit luks'), figures, marks }),
    rowOf({ case: `NBD ${pattern}`, anchor: 'nbdkit file rate', goal: plain, rounds: against('nbdkit file'), marks }),
  ]
}

async function measureOne({ pid, uri }: NbdServer, how: { readonly pattern: PatternName; readonly seconds: number }): Promise<Measured> {
  const before = { cpu: readCpu(pid), busy: machineBusy(), at: performance.now() }
  const { bytesPerSecond, operations } = await fio(uri, { ...how, mebibytes })
  const cpu = cpuSince(before.cpu, pid).process
  const wall = (performance.now() - before.at) * 1_000
  // fio and the server may take both cores: what is more than that is others'.
  const steady = machineBusy() - before.busy - cpu < wall * 1.2
  return { rate: bytesPerSecond, cpu: cpu / operations, disturbed: !steady }
}
