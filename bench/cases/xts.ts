// AES-256-XTS of the native module by the port that disks use, beside a bare loop of the same OpenSSL (disk-encryption.md E.1).
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type BareLoop, buildBareLoop } from '#bench/anchors/xts-loop.ts'
import { type BenchCase, type Row, rowOf } from '#bench/case.ts'
import { median } from '#bench/statistics.ts'
import { loadNative } from '#adapters/native/native.ts'
import type { SectorCipher } from '#ports/sector-cipher.ts'
import { sectorBytes } from '#ports/block-store.ts'

const [requestBytes, roundMs] = [64 * 1_024, 400]
const callsPerLook = 64

interface Pattern {
  readonly name: string
  readonly unitBytes: number
  readonly goal?: number
  readonly mark?: string
}

/** The product encrypts in units of 512 bytes (disk-encryption.md E.3 decision 3): of 4,096 it takes eight. */
const patterns: readonly Pattern[] = [
  { name: 'XTS 512-byte units', unitBytes: 512, goal: 0.8 },
  {
    name: 'XTS 4,096-byte units',
    unitBytes: 4_096,
    goal: 0.92,
    mark: 'the product has units of 512 bytes alone: eight of them stand for one',
  },
]

export const xts: BenchCase = {
  name: 'xts',
  async run({ settings }) {
    const native = loadNative()
    if (native.backend !== 'native') throw new Error(native.reason ?? 'no native module')
    const folder = mkdtempSync(join(settings.memory, 'keystead-bench-xts-'))
    const cipher = native.openSectorCipher(Uint8Array.from({ length: 64 }, (_, at) => at * 3))
    try {
      const bare = buildBareLoop(folder)
      return patterns.flatMap(pattern =>
        [true, false].flatMap(encrypt => rowsOfPattern({ pattern, encrypt, cipher, bare }, settings.rounds)),
      )
    } finally {
      cipher[Symbol.dispose]()
      rmSync(folder, { recursive: true })
    }
  },
}

interface Measured {
  readonly pattern: Pattern
  readonly encrypt: boolean
  readonly cipher: SectorCipher
  readonly bare: BareLoop
}

function rowsOfPattern({ pattern, encrypt, cipher, bare }: Measured, rounds: number): readonly Row[] {
  const bytes = new Uint8Array(requestBytes)
  const ours = (): number => bytesPerSecond(bytes, encrypt ? at => cipher.encrypt(at, bytes) : at => cipher.decrypt(at, bytes))
  const ways = [
    ours,
    () => bare(encrypt, pattern.unitBytes, bytes, roundMs, false),
    () => bare(encrypt, pattern.unitBytes, bytes, roundMs, true),
  ]
  for (const way of ways) way()
  const measured = Array.from({ length: rounds }, (_, round) => {
    const inTurn = round % 2 === 0 ? ways : ways.toReversed()
    const rates = inTurn.map(way => way())
    return round % 2 === 0 ? rates : rates.toReversed()
  })
  const ratioTo = (way: number): readonly number[] => measured.map(rates => (rates[0] ?? Number.NaN) / (rates[way] ?? Number.NaN))
  const rate = (way: number): number => median(measured.map(rates => rates[way] ?? Number.NaN)) / 1e9
  const named = `${pattern.name}, ${encrypt ? 'encrypt' : 'decrypt'}`
  const marks = pattern.mark === undefined ? [] : [pattern.mark]
  const figures = { 'GB/s': rate(0), 'bare GB/s': rate(1) }
  return [
    rowOf({ case: named, anchor: 'bare loop, one tweak for all units', goal: pattern.goal, rounds: ratioTo(1), figures, marks }),
    rowOf({
      case: named,
      anchor: 'bare loop, a tweak a unit',
      goal: pattern.goal,
      rounds: ratioTo(2),
      figures: { 'bare GB/s': rate(2) },
      marks,
    }),
  ]
}

/** By this thread's own time, as the bare loop counts: neighbours do not show. */
function bytesPerSecond(bytes: Uint8Array, work: (firstSector: number) => void): number {
  const until = threadMs() + roundMs
  const started = threadMs()
  let done = 0
  while (threadMs() < until) {
    for (let at = 0; at < callsPerLook; at += 1) work((done + at * bytes.length) / sectorBytes)
    done += callsPerLook * bytes.length
  }
  return (done * 1_000) / (threadMs() - started)
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
