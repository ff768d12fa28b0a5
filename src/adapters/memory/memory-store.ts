import { type Bytes, type RecordId, seq } from '#model/brands.ts'
import { feedTail } from '#adapters/commit/feed-tail.ts'
import { ledger } from '#adapters/commit/ledger.ts'
import type { AuditBatch, AuditLog, AuditSealer } from '#ports/audit-log.ts'
import type { Clock } from '#ports/clock.ts'
import type { BootStore, Commit, Committed, RecordStore, SealEnvelope, StoredEffect, StoredRow } from '#ports/record-store.ts'
import { memoryAuditLog } from './audit-log.ts'
import { type HeldEffect, isDue, type MemoryTables, memoryTables, placeName } from './memory-tables.ts'

export interface MemoryStoreOptions {
  readonly sealer: AuditSealer
  readonly clock: Pick<Clock, 'now'>
  /** Free space is below the watermark. */
  readonly reserved?: () => boolean
  /** Changes kept beside the feed. */
  readonly tailChanges?: number
}

export type MemoryStore = RecordStore & BootStore & AuditLog

/** A store that forgets all when the process ends; in everything else like the others. */
export function memoryStore(options: MemoryStoreOptions): MemoryStore {
  const tables = memoryTables()
  const audit = memoryAuditLog()
  options.sealer.resume(undefined)
  return {
    ...audit.log,
    ...reading(tables),
    ...committing({ tables, append: audit.append, options }),
    ...leasing(tables, options.clock),
    ...booting(tables),
  }
}

interface Committing {
  readonly tables: MemoryTables
  readonly append: (batch: AuditBatch) => void
  readonly options: MemoryStoreOptions
}

function committing({ tables, append, options }: Committing): Pick<RecordStore, 'commit' | 'head' | 'changes' | 'committed'> {
  const tail = feedTail(options.tailChanges ?? 1024, { changes: [], floor: seq(0) })
  const orders = ledger(tables, { head: seq(0), tail })
  const commitNow = (batch: readonly Commit[]): readonly Committed[] => {
    const reserved = options.reserved?.() ?? false
    try {
      const results = batch.map(commit => orders.run(commit, { reserved }))
      const entries = batch.flatMap((commit, place) => (results[place]?.done === true ? commit.entries : []))
      if (entries.length > 0) append(options.sealer.seal(entries))
      tables.undo.settle()
      orders.settle()
      return results
    } catch (cause) {
      tables.undo.rollBack()
      orders.rollBack()
      throw cause
    }
  }
  return {
    commit: batch => Promise.try(commitNow, batch),
    head: () => Promise.resolve(orders.head()),
    changes: after => Promise.resolve(orders.changesAfter(after)),
    committed: id => Promise.resolve(tables.mutations.has(id)),
  }
}

type Reading = Pick<RecordStore, 'read' | 'list' | 'scan' | 'due' | 'material' | 'materialOf' | 'compartmentKeys' | 'scrub' | 'close'>

function reading(tables: MemoryTables): Reading {
  const rowsOf = (ids: Iterable<RecordId>): StoredRow[] => [...ids].map(id => tables.rows.get(id)).filter(row => row !== undefined)
  return {
    read: ids => Promise.resolve(ids.map(id => tables.rows.get(id))),
    list(collection, { after, limit, kind }) {
      const members = rowsOf(tables.members.get(collection)?.values() ?? [])
      const wanted = members.filter(row => row.ord > after && (kind === undefined || row.kind === kind))
      return Promise.resolve(wanted.sort((a, b) => a.ord - b.ord).slice(0, limit))
    },
    scan(kind, { after, limit }) {
      const wanted = [...tables.rows.values()].filter(row => row.kind === kind && (after === undefined || row.id > after))
      return Promise.resolve(wanted.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit))
    },
    due(before, limit) {
      const wanted = [...tables.rows.values()].filter(row => isDue(row, before))
      return Promise.resolve(wanted.sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0)).slice(0, limit))
    },
    material: place => Promise.resolve(tables.materials.get(placeName(place))?.material),
    materialOf(id) {
      const wanted = [...tables.materials.values()].filter(({ place }) => place.id === id)
      return Promise.resolve(wanted.map(({ place, material }) => ({ version: place.version, material })))
    },
    compartmentKeys(compartment) {
      const rows = [...tables.compartmentKeys.values()].filter(row => compartment === undefined || row.compartment === compartment)
      return Promise.resolve(rows.sort((a, b) => a.term - b.term))
    },
    scrub: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

type Leasing = Pick<RecordStore, 'lease' | 'takeEffects' | 'settleEffect' | 'waitingEffects'>

function leasing(tables: MemoryTables, clock: Pick<Clock, 'now'>): Leasing {
  const dueEffects = (topic: string, now: number): readonly HeldEffect[] =>
    [...tables.effects.values()].filter(effect => effect.topic === topic && (effect.dueAt === undefined || effect.dueAt <= now))
  return {
    lease(name, holder, holdMs) {
      const now = clock.now()
      const held = tables.leases.get(name)
      const lapsed = held === undefined || held.until < now
      if (!lapsed && held.holder !== holder) return Promise.resolve(undefined)
      const epoch = lapsed ? (held?.epoch ?? 0) + 1 : held.epoch
      tables.leases.set(name, { holder, epoch, until: now + holdMs })
      return Promise.resolve({ epoch })
    },
    takeEffects(topic, { now, limit, holdMs }) {
      const taken = dueEffects(topic, now)
        .filter(({ heldUntil }) => heldUntil <= now)
        .slice(0, limit)
      for (const effect of taken) tables.effects.set(effect.id, { ...effect, attempts: effect.attempts + 1, heldUntil: now + holdMs })
      tables.undo.settle()
      return Promise.resolve(taken.map(effect => storedEffect(effect, effect.attempts + 1)))
    },
    settleEffect(...ids) {
      for (const id of ids) tables.effects.delete(id)
      tables.undo.settle()
      return Promise.resolve()
    },
    waitingEffects: (topic, now) => Promise.resolve(dueEffects(topic, now).length),
  }
}

const storedEffect = ({ id, topic, body, dueAt }: HeldEffect, attempts: number): StoredEffect =>
  dueAt === undefined ? { id, topic, body, attempts } : { id, topic, body, attempts, dueAt }

function booting(tables: MemoryTables): BootStore {
  const meta = new Map<string, Bytes>()
  let envelopes: readonly SealEnvelope[] = []
  return {
    meta: name => meta.get(name),
    metaNames: prefix => [...meta.keys()].filter(name => name.startsWith(prefix)).toSorted(),
    envelopes: () => envelopes,
    writeBoot(change) {
      for (const name of change.removeMeta ?? []) meta.delete(name)
      for (const [name, value] of Object.entries(change.meta ?? {})) meta.set(name, value)
      envelopes = change.envelopes ?? envelopes
      for (const row of change.compartmentKeys ?? []) tables.putCompartmentKey(row)
      tables.undo.settle()
    },
  }
}
