// What the figures were measured on, and whether its disk keeps what it is told.
import { execFileSync } from 'node:child_process'
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { generatorName } from './load.ts'
import { percentile, rounded } from './statistics.ts'

/** Instructions that move RSA, AES and SHA by factors. */
const flagsThatMatter = ['avx512ifma', 'vaes', 'sha_ni', 'asimd', 'sha2']

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly flags: readonly string[]
  readonly memoryGiB: number
  readonly kernel: string
  readonly governor: string
  readonly node: string
  readonly openssl: string
  readonly sqlite: string
  readonly commit: string
  readonly date: string
  readonly generator: string
  readonly cryptoThreads: number
  readonly settings: string
  readonly disks: readonly Durability[]
}

export interface Durability {
  readonly path: string
  readonly fileSystem: string
  /** Milliseconds of 200 fdatasyncs of 8 KiB over an allocated file. */
  readonly fdatasyncP50: number
  readonly fdatasyncP99: number
  /** Milliseconds of 200 one-row commits, synchronous=FULL. */
  readonly commitP50: number
  readonly commitP99: number
  readonly durable: boolean
}

export function describeMachine(folders: readonly string[]): Machine {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(read('/proc/cpuinfo'))?.[1]?.split(' ') ?? []
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    flags: flagsThatMatter.filter(flag => flags.includes(flag)),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    governor: read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor').trim() || 'not told',
    node: process.versions.node,
    openssl: process.versions.openssl,
    sqlite: process.versions['sqlite'] ?? 'unknown',
    commit: execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).trim(),
    date: new Date().toISOString().slice(0, 10),
    generator: generatorName,
    cryptoThreads: Number(process.env['UV_THREADPOOL_SIZE'] ?? availableParallelism()),
    settings: `audit on, throttle off, ${availableParallelism() >= 4 ? 'client pinned to the last core' : 'unpinned, shared cores'}`,
    disks: folders.map(durabilityOf),
  }
}

/** A file system that only says that it wrote shows in a median below 20 µs. */
const believableMs = 0.02
const samples = 200

export function durabilityOf(folder: string): Durability {
  const syncs = fdatasyncs(join(folder, 'bench-fdatasync'))
  const commits = oneRowCommits(join(folder, 'bench-commits.db'))
  return {
    path: folder,
    fileSystem: fileSystemOf(folder),
    fdatasyncP50: rounded(percentile(syncs, 0.5)),
    fdatasyncP99: rounded(percentile(syncs, 0.99)),
    commitP50: rounded(percentile(commits, 0.5)),
    commitP99: rounded(percentile(commits, 0.99)),
    durable: percentile(syncs, 0.5) >= believableMs,
  }
}

function timed(work: () => void): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

function fdatasyncs(path: string): readonly number[] {
  const file = openSync(path, 'w')
  const page = Buffer.alloc(8_192, 1)
  try {
    for (let at = 0; at < samples; at += 1) writeSync(file, page, 0, page.length, at * page.length)
    fdatasyncSync(file)
    return Array.from({ length: samples }, (_, at) =>
      timed(() => {
        writeSync(file, page, 0, page.length, at * page.length)
        fdatasyncSync(file)
      }),
    )
  } finally {
    closeSync(file)
    rmSync(path)
  }
}

function oneRowCommits(path: string): readonly number[] {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE rows(body BLOB NOT NULL) STRICT')
    const insert = database.prepare('INSERT INTO rows VALUES (?)')
    const body = Buffer.alloc(8_192, 1)
    return Array.from({ length: samples }, () => timed(() => void insert.run(body)))
  } finally {
    database.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  }
}

/** Magic numbers of statfs(2). */
const fileSystems: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x01021994: 'tmpfs',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x794c7630: 'overlay',
}

function fileSystemOf(folder: string): string {
  const { type } = statfsSync(folder)
  return fileSystems[type] ?? `type 0x${type.toString(16)}`
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
