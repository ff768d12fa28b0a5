// For tests alone: a real context over the store in memory. Nothing in it stands in for our own code.
import { createSecretKey, randomBytes } from 'node:crypto'
import { softwareModule } from '#adapters/software-module/software-module.ts'
import { loadNative } from '#adapters/native/native.ts'
import { fileBlockStore } from '#adapters/files/block-store.ts'
import { memoryBlockStore } from '#adapters/memory/block-store.ts'
import { memoryObjectStore, type MemoryObjectStore } from '#adapters/memory/object-store.ts'
import { memoryStore, type MemoryStore } from '#adapters/memory/memory-store.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { composeContext } from '#compose/context.ts'
import type { AllowedHost } from '#model/allowed-hosts.ts'
import { millis, type Bytes, type Millis } from '#model/brands.ts'
import { system, type Principal } from '#model/principal.ts'
import type { AuditBatch, AuditSealer } from '#ports/audit-log.ts'
import { sealed } from '#model/brands.ts'
import type { BlockStore } from '#ports/block-store.ts'
import type { Clock } from '#ports/clock.ts'
import type { DiskBytes } from '#ports/disk-bytes.ts'
import type { Outgoing } from '#ports/outgoing.ts'
import type { TokenClusters } from '#ports/token-clusters.ts'
import { parseRow, type AuditRow } from './audit/parse-row.ts'
import type { AuditFilter, AuditPages } from './audit/query.ts'
import { beginCall, type Call } from './call.ts'
import { lyingDisks } from './disks/lying-disks.ts'
import { ServedDisks, type ServedDisksNeeds } from './disks/served-disks.ts'
import type { Context } from './context.ts'
import { installationCompartment } from './seal/custody.ts'
import { createBarrier } from './seal/barrier.ts'
import { perform } from './perform.ts'

export interface TestClock extends Clock {
  /** Moves the clock, and calls back whatever was due. */
  advance(ms: number): void
}

export function testClock(start = 1_800_000_000_000): TestClock {
  let now = start
  let waiting: { at: number; run: () => void }[] = []
  return {
    now: (): Millis => millis(now),
    monotonic: () => now - start,
    after(delayMs, run) {
      const one = { at: now + delayMs, run }
      waiting.push(one)
      return () => void (waiting = waiting.filter(other => other !== one))
    },
    advance(ms) {
      now += ms
      const due = waiting.filter(one => one.at <= now)
      waiting = waiting.filter(one => one.at > now)
      for (const one of due) one.run()
    },
  }
}

/** Keeps what was said, in clear: tests read it. */
export interface TestGround {
  readonly context: Context
  readonly store: MemoryStore
  readonly objectStore: MemoryObjectStore
  readonly clock: TestClock
  /** Every audit row so far. */
  readonly rows: () => readonly Record<string, unknown>[]
  /** Runs a verb as a request would be run: by `perform`, committed; what it throws is thrown. */
  run<T>(who: Principal, verb: (call: Call) => Promise<T>, operation?: string): Promise<T>
}

export interface GroundChanges {
  readonly domain?: string
  readonly throttle?: boolean
  readonly attestationAuthorities?: readonly string[]
  readonly guardPolicies?: boolean
  readonly outgoing?: Outgoing
  /** Absent: disks in memory, none of them exported. */
  readonly diskBytes?: DiskBytes
  readonly keyStoreHosts?: readonly AllowedHost[]
  readonly tokenClusters?: TokenClusters
  readonly attestationRoots?: readonly Bytes[]
  /** Is the disk below its watermark? */
  readonly reserved?: () => boolean
}

export async function testGround(changes: GroundChanges = {}): Promise<TestGround> {
  const clock = testClock()
  const random = systemRandom()
  const rows: Record<string, unknown>[] = []
  const store = memoryStore({ sealer: plainSealer(rows), clock, ...(changes.reserved !== undefined && { reserved: changes.reserved }) })
  const barrier = createBarrier({ rootKey: createSecretKey(randomBytes(32)), rootEpoch: 1, random })
  const clusterId = '00000000-0000-4000-8000-000000000001'
  const installation = installationCompartment(clusterId)
  store.writeBoot({ compartmentKeys: [barrier.newCompartment(installation)] })
  const native = loadNative()
  barrier.workBy(native.keyed)
  const objectStore = memoryObjectStore(clock)
  const context = await composeContext({
    store,
    barrier,
    clock,
    random,
    log: { info: () => undefined, warn: () => undefined, error: (event, cause) => process.stderr.write(`${event} ${String(cause)}\n`) },
    node: { id: 1, boot: 'test' },
    instance: {
      clusterId,
      installation,
      domain: changes.domain ?? 'keystead.test',
      location: 'local',
      region: 'us-east-1',
      throttle: changes.throttle ?? false,
      attestationAuthorities: changes.attestationAuthorities ?? [],
      guardPolicies: changes.guardPolicies ?? false,
    },
    modules: [softwareModule({ barrier, random, native, threads: 2 })],
    objectStore,
    byteMathematics: native.bytes,
    keyedMathematics: native.keyed,
    diskBytes: changes.diskBytes ?? unservedDisks(clock),
    trail: trailOf(rows),
    audit: pagesOf(rows),
    ...(changes.outgoing !== undefined && { outgoing: changes.outgoing }),
    ...(changes.tokenClusters !== undefined && { tokenClusters: changes.tokenClusters }),
    ...(changes.keyStoreHosts !== undefined && { keyStoreHosts: changes.keyStoreHosts }),
    ...(changes.attestationRoots !== undefined && { attestationRoots: changes.attestationRoots }),
  })
  return {
    context,
    store,
    objectStore,
    clock,
    rows: () => rows,
    async run(who, verb, operation = 'Test') {
      let failed: { readonly error: unknown } | undefined
      let result: Awaited<ReturnType<typeof verb>> | undefined
      await perform(context.ground, {
        deadlineAt: clock.monotonic() + 10_000,
        begin: (decidedAt, keepsake) =>
          beginCall({
            source: { requestId: random.uuid(), plane: 'test' },
            at: clock.now(),
            decidedAt,
            operation,
            resource: 'test',
            who,
            keepsake,
          }),
        async run(call) {
          failed = undefined
          result = await verb(call)
          return { status: 200 }
        },
        refuse(_call, error) {
          failed = { error }
          return { status: 400 }
        },
      })
      if (failed !== undefined) throw failed.error
      return result as Awaited<ReturnType<typeof verb>>
    },
  }
}

function unservedDisks(clock: Clock): DiskBytes {
  const control = { open: async () => ({ refused: 'unknown', why: 'nothing is exported here' }) as const, report: async () => undefined }
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  return diskPlane({ store: memoryBlockStore(clock), control, clock, log }).lying
}

/** The data plane in this process, over files in `folder` where there is one. */
export function diskPlane(
  parts: Omit<ServedDisksNeeds, 'openCipher' | 'store'> & ({ readonly store: BlockStore } | { readonly folder: string }),
) {
  const store = 'store' in parts ? parts.store : fileBlockStore(parts.folder)
  const needs = { ...parts, store, openCipher: loadNative().openSectorCipher }
  const served = new ServedDisks(needs)
  return { served, lying: lyingDisks({ ...needs, served }) }
}

/** The instance's own principal: may do what schedulers may. */
export const asSystem = system

/** The rows in clear, as a reader of the audit gets them. */
const trailOf = (rows: readonly Record<string, unknown>[]) =>
  async function* trail({ since = 0, principal }: AuditFilter): AsyncGenerator<AuditRow> {
    for (const [at, row] of rows.entries()) {
      const parsed = parseRow({ seq: at + 1, text: JSON.stringify(row) })
      if (Date.parse(parsed.at) >= since && (principal === undefined || parsed.actor.oid === principal)) yield parsed
    }
  }

/** The same, page by page: all of one node. */
const pagesOf = (rows: readonly Record<string, unknown>[]): AuditPages => ({
  async page({ after = {}, limit = rows.length }) {
    const from = after[1] ?? 0
    const found = rows.slice(from, from + limit).map((row, at) => parseRow({ seq: from + at + 1, text: JSON.stringify(row) }))
    return { rows: found, end: { 1: from + found.length } }
  },
  end: async () => ({ 1: rows.length }),
  async *backwards({ before, since }) {
    for (let at = Math.min(rows.length, (before[1] ?? rows.length + 1) - 1); at > 0; at -= 1) {
      const row = parseRow({ seq: at, text: JSON.stringify(rows[at - 1]) })
      if (Date.parse(row.at) < since) return
      yield row
    }
  },
})

function plainSealer(rows: Record<string, unknown>[]): AuditSealer {
  let seq = 0
  return {
    resume: () => undefined,
    rollBack: () => undefined,
    seal(entries): AuditBatch {
      for (const entry of entries) rows.push(JSON.parse(entry) as Record<string, unknown>)
      const first = seq + 1
      seq += entries.length
      return { node: 1, seq: first, count: entries.length, at: 0, term: 1, hash: new Uint8Array(32), body: sealed(new Uint8Array(0)) }
    },
  }
}
