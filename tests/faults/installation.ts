// A data directory as an instance leaves it, made in this process by the real composition without its listeners, and opened again for looking.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileObjectStore } from '#adapters/files/object-store.ts'
import { loadNative } from '#adapters/native/native.ts'
import { softwareModule } from '#adapters/software-module/software-module.ts'
import { openReader, type Reader } from '#adapters/sqlite/reader.ts'
import { readingStore } from '#adapters/sqlite/record-store.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { readAudit, startAudit } from '#compose/audit.ts'
import { bringUp } from '#compose/bring-up.ts'
import { composeContext } from '#compose/context.ts'
import { filesOf, openDataDirectory, type OpenDirectory } from '#compose/data-directory.ts'
import { openStore } from '#compose/store.ts'
import { beginCall, keepsake, type Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { perform } from '#domain/perform.ts'
import { kinds } from '#domain/records/kinds.ts'
import { recordIdOf } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import type { RecordStore } from '#ports/record-store.ts'
import type { AuditLog } from '#ports/audit-log.ts'
import { leaveBehind } from '#tests/left-behind/leave.ts'
import { notedHere, secret } from '#tests/left-behind/noted.ts'

export interface Place {
  readonly dataDir: string
  readonly sealFile: string
}

export const placeIn = (folder: string, name = 'data'): Place => ({ dataDir: join(folder, name), sealFile: join(folder, 'seal.key') })

/** The directory of such a folder is looked through, now or with all that others left; the folder is gone. */
export function leavePlace(folder: string): void {
  const { dataDir, sealFile } = placeIn(folder)
  secret('a seal', readFileSync(sealFile))
  const readable = leaveBehind({ data: dataDir, told: {} }, notedHere())
  rmSync(folder, { recursive: true, force: true })
  assert(!readable, 'something secret can be read in it')
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const random = systemRandom()
const node = { id: 1, boot: 'faults' }

const openDirectory = ({ dataDir, sealFile }: Place): Promise<OpenDirectory> =>
  openDataDirectory({
    dataDir,
    sealFile,
    stateHome: dataDir,
    clock: systemClock,
    random,
    ...(existsSync(filesOf(dataDir).database) && { mustExist: true as const }),
  })

async function contextOver({ dataDir }: Place, directory: OpenDirectory, store: RecordStore): Promise<Context> {
  const { custody } = directory
  const { barrier, clusterId, installation } = custody
  return composeContext({
    store,
    barrier,
    clock: systemClock,
    random,
    log: quiet,
    node,
    instance: {
      clusterId,
      installation,
      domain: 'keystead.test',
      location: 'local',
      region: 'us-east-1',
      throttle: false,
      guardPolicies: false,
      attestationAuthorities: [],
    },
    modules: [softwareModule({ barrier, random, native: loadNative(), threads: 2 })],
    objectStore: fileObjectStore(filesOf(dataDir).objects),
    byteMathematics: loadNative().bytes,
    keyedMathematics: loadNative().keyed,
  })
}

/** Runs a verb as a request would be run: committed, and what it throws is thrown. */
export async function performAs<T>(context: Context, who: Principal, verb: (call: Call) => Promise<T>): Promise<T> {
  const { ground } = context
  let result: { readonly value: T } | undefined
  let failed: { readonly error: unknown } | undefined
  await perform(ground, {
    deadlineAt: ground.clock.monotonic() + 10_000,
    begin: (decidedAt, kept) =>
      beginCall({
        source: { requestId: ground.random.uuid(), plane: 'faults' },
        at: ground.clock.now(),
        decidedAt,
        operation: 'Fault',
        resource: 'faults',
        who,
        keepsake: kept,
      }),
    async run(call) {
      failed = undefined
      result = { value: await verb(call) }
      return { status: 200 }
    },
    refuse(_call, error) {
      failed = { error }
      return { status: 400 }
    },
  })
  if (failed !== undefined) throw failed.error
  if (result === undefined) throw new Error('neither done nor refused')
  return result.value
}

/** Looks without committing: what a verb reads of a directory that nobody writes. */
export async function lookAs<T>(context: Context, who: Principal, verb: (call: Call) => Promise<T>): Promise<T> {
  using kept = keepsake()
  const { ground } = context
  return await verb(
    beginCall({
      source: { requestId: 'look', plane: 'faults' },
      at: ground.clock.now(),
      decidedAt: ground.view.appliedSeq,
      operation: 'Look',
      resource: 'faults',
      who,
      keepsake: kept,
    }),
  )
}

export interface Running {
  readonly context: Context
  readonly store: RecordStore & AuditLog
  readonly administrator: Principal
  readonly subscriptionId: string
  /** Signs a checkpoint of the audit now. */
  sign(): Promise<void>
}

/** Opens the directory for writing (an empty one is initialised), runs, signs the audit, closes. */
export async function whileRunning<T>(place: Place, run: (running: Running) => Promise<T>): Promise<T> {
  using directory = await openDirectory(place)
  const { custody } = directory
  const store = await openStore({ dataDir: place.dataDir, custody, node, onFatal: fatal })
  try {
    const context = await contextOver(place, directory, store)
    const home = await bringUp(context, custody)
    const audit = await startAudit({ custody, dataDir: place.dataDir, log: store }, quiet)
    const { objectId, clientId } = home.administrator
    const administrator: Principal = { id: objectId, kind: 'application', tenant: home.tenantId, appId: clientId }
    const result = await run({
      context,
      store,
      administrator,
      subscriptionId: home.subscriptionId,
      sign: async () => void (await audit.verify({ records: false })),
    })
    await audit.stop()
    return result
  } finally {
    await store.close()
    custody.close()
  }
}

function fatal(cause: Error): void {
  throw cause
}

/** Every plaintext at rest by its name, as a hash: what a later look must find, or be refused. */
export type Plaintexts = ReadonlyMap<string, string>

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const page = 10_000

export interface Verdict {
  readonly verdict: string
  readonly record?: string
  readonly firstBad?: number
  readonly because?: string
}

export interface Looked {
  readonly barrier: Context['ground']['barrier']
  /** What `audit verify` says of all of it. */
  verify(): Promise<Verdict>
  /** What opens of the records and material of those names; what is gone or does not open is left out. */
  plaintexts(names?: Plaintexts): Plaintexts
  /** As the instance would start: its credentials, its resident records. Rejects where it would be refused. */
  start(): Promise<Context>
}

/** Opens a directory that nobody writes: seal and keys. Throws where they do not open. */
export async function whileLooking<T>(place: Place, look: (looked: Looked) => Promise<T>): Promise<T> {
  using directory = await openDirectory(place)
  const { custody } = directory
  using reader = openReader(filesOf(place.dataDir).database)
  try {
    custody.barrier.admit(reader.compartmentKeys())
    const reads = readingStore(reader)
    const audit = readAudit({ custody, dataDir: place.dataDir, log: { ...reads, addLeaves: refused, addCheckpoint: refused } })
    return await look({
      barrier: custody.barrier,
      verify: async () => audit.verify({ records: true }).then(found => ({ verdict: 'unknown', ...found })),
      plaintexts: names => plaintextsOf({ barrier: custody.barrier, reader }, names),
      async start() {
        custody.clusterKey('home')?.[Symbol.dispose]()
        return contextOver(place, directory, { ...reads, ...nothingWritten })
      },
    })
  } finally {
    custody.close()
  }
}

const refused = async (): Promise<never> => {
  throw new Error('only looked at')
}
const nothingWritten = {
  commit: refused,
  lease: refused,
  takeEffects: refused,
  settleEffect: refused,
  scrub: refused,
  close: async () => undefined,
}

function plaintextsOf(
  { barrier, reader }: Pick<Looked, 'barrier'> & { readonly reader: Reader },
  names: Plaintexts | undefined,
): Plaintexts {
  const found = new Map<string, string>()
  const keep = (name: string, open: () => Uint8Array): void => {
    try {
      found.set(name, digest(open()))
    } catch {
      // Refused: never a wrong plaintext.
    }
  }
  const ids = names === undefined ? allIds(reader) : [...names.keys()].filter(name => !name.includes('/'))
  for (const name of ids) {
    const id = recordIdOf(name)
    keep(name, () => {
      const [row] = reader.read([id])
      if (row === undefined) throw new Error('gone')
      return barrier.openRecord(row, row)
    })
    for (const { version, material } of reader.materialOf(id))
      keep(`${name}/${version}`, () => {
        using opened = barrier.openMaterial({ id, version }, material)
        return Uint8Array.from(opened.bytes)
      })
  }
  return found
}

const allIds = (reader: Reader): readonly string[] =>
  Object.values(kinds).flatMap(kind => reader.scan(kind, { after: undefined, limit: page }).map(({ id }) => id))
