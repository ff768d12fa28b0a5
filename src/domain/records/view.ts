import { z } from 'zod'
import { type Bytes, compartmentOf, seq, type CompartmentId, type RecordId, type Seq } from '#model/brands.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { Change, CompartmentKeyRow, RecordStore, StoredRow } from '#ports/record-store.ts'
import type { AnyFamily, Held } from './family.ts'
import { kinds } from './kinds.ts'
import { createPages, type PageAt } from './pages.ts'

/** Told of each change of a resident family, in the tick that applies it, and of each row at load. */
export type Observer = (before: Held<unknown> | undefined, after: Held<unknown> | undefined) => void

/** What this node has decoded, at one position of the feed. The only mutable state that requests share. */
export interface View {
  readonly appliedSeq: Seq
  /** Opens a record: from memory, or by one read of the store. */
  find(family: AnyFamily, id: RecordId): Promise<Held<unknown> | undefined>
  /** A page of a collection or a tag, in the order of their making: from memory, or by one read of the store. */
  list(family: AnyFamily, of: RecordId, page: PageAt): Promise<readonly Held<unknown>[]>
  /** Opens a row that was read elsewhere. */
  open(family: AnyFamily, row: StoredRow): Held<unknown>
  /** All of a resident family, in the order of their making. */
  resident(family: AnyFamily): readonly Held<unknown>[]
  observe(family: AnyFamily, observer: Observer): void
  /** Called after changes were applied, with all of them: leases, caches of open keys. */
  onNews(listener: (news: readonly Change[]) => void): void
  /** Applies what happened since; resolves when the view stands there. Overlapping news are skipped. `own`: changes among them that need not be read again. */
  apply(news: readonly Change[], own?: readonly Held<unknown>[]): Promise<void>
  /** Loads compartment keys and resident families; called once. */
  load(): Promise<void>
}

export interface ViewNeeds {
  readonly store: RecordStore
  readonly barrier: Barrier
  readonly families: readonly AnyFamily[]
  /** Decoded records of cached families that are kept. */
  readonly cacheMax: number
}

const envelope = z.object({ f: z.number().int(), p: z.array(z.string()), v: z.unknown() })
const decoder = new TextDecoder('utf-8', { fatal: true })
const scanPage = 1_000
/** Pages of lists whose members are known; 25 ids a page make about 8 KB. */
const pagesMax = 2_000
/** The change that stands for a compartment's keys: its id and 64 zeros. */
const compartmentKeyChange = '0'.repeat(64)

class MemoryView implements View {
  appliedSeq: Seq = seq(0)
  readonly #needs: ViewNeeds
  readonly #byKind = new Map<number, AnyFamily>()
  readonly #resident = new Map<AnyFamily, Map<RecordId, Held<unknown>>>()
  readonly #cached = new Map<RecordId, Held<unknown>>()
  readonly #pages = createPages(pagesMax)
  /** How often news came: what was read before they did is not kept. */
  #timesMoved = 0
  /** Reads of the store under way; a change that arrives meanwhile marks them, so that a stale row is never kept. */
  readonly #reading = new Map<RecordId, { stale: boolean }>()
  readonly #observers = new Map<AnyFamily, Observer[]>()
  readonly #listeners: ((news: readonly Change[]) => void)[] = []
  #applying: Promise<void> = Promise.resolve()

  constructor(needs: ViewNeeds) {
    this.#needs = needs
    for (const family of needs.families) {
      this.#byKind.set(kinds[family.name], family)
      if (family.residency === 'resident') this.#resident.set(family, new Map())
    }
  }

  find(family: AnyFamily, id: RecordId): Promise<Held<unknown> | undefined> {
    const all = this.#resident.get(family)
    if (all !== undefined) return Promise.resolve(all.get(id))
    const known = this.#cached.get(id)
    if (known === undefined) return this.#read(family, id)
    this.#cached.delete(id)
    this.#cached.set(id, known)
    return Promise.resolve(known)
  }

  async #read(family: AnyFamily, id: RecordId): Promise<Held<unknown> | undefined> {
    const reading = this.#reading.get(id) ?? { stale: false }
    this.#reading.set(id, reading)
    const [row] = await this.#needs.store.read([id])
    if (this.#reading.get(id) === reading) this.#reading.delete(id)
    if (row === undefined) return undefined
    const held = this.open(family, row)
    if (!reading.stale) this.#keep(held)
    return held
  }

  async list(family: AnyFamily, of: RecordId, page: PageAt): Promise<readonly Held<unknown>[]> {
    const known = this.#pages.get(of, page)?.map(id => this.#known(family, id))
    if (known?.every(held => held !== undefined) === true) return known
    const moved = this.#timesMoved
    const rows = await this.#needs.store.list(of, { ...page, kind: kinds[family.name] })
    const listed = rows.map(row => {
      const held = this.#known(family, row.id)
      return held?.version === row.version ? held : this.open(family, row)
    })
    if (this.#timesMoved !== moved) return listed
    if (!this.#resident.has(family)) for (const held of listed) this.#keep(held)
    this.#pages.set(
      of,
      page,
      listed.map(({ id }) => id),
    )
    return listed
  }

  #known(family: AnyFamily, id: RecordId): Held<unknown> | undefined {
    return this.#resident.get(family)?.get(id) ?? this.#cached.get(id)
  }

  #keep(held: Held<unknown>): void {
    this.#cached.set(held.id, held)
    if (this.#cached.size <= this.#needs.cacheMax) return
    const oldest = this.#cached.keys().next()
    if (oldest.done !== true) this.#cached.delete(oldest.value)
  }

  open(family: AnyFamily, row: StoredRow): Held<unknown> {
    return openRow(this.#needs.barrier, family, row)
  }

  resident(family: AnyFamily): readonly Held<unknown>[] {
    return [...(this.#resident.get(family)?.values() ?? [])].sort((a, b) => a.ord - b.ord)
  }

  observe(family: AnyFamily, observer: Observer): void {
    const observers = this.#observers.get(family) ?? []
    observers.push(observer)
    this.#observers.set(family, observers)
  }

  onNews(listener: (news: readonly Change[]) => void): void {
    this.#listeners.push(listener)
  }

  async apply(news: readonly Change[], own: readonly Held<unknown>[] = []): Promise<void> {
    const last = news.at(-1)
    if (last === undefined || last.seq <= this.appliedSeq) return
    const turn = this.#applying.then(async () => this.#applyNow(news, own))
    // The next turn begins whether this one failed or not; the failure is this caller's.
    this.#applying = turn.catch(() => undefined)
    return turn
  }

  async #applyNow(news: readonly Change[], own: readonly Held<unknown>[]): Promise<void> {
    const fresh = news.filter(change => change.seq > this.appliedSeq)
    const last = fresh.at(-1)
    if (last === undefined) return
    this.#timesMoved += 1
    for (const change of fresh) this.#forget(change.id)
    for (const change of fresh) {
      if (change.id.endsWith(compartmentKeyChange)) await this.#compartmentChanged(compartmentOf(change.id))
    }
    await this.#reload(fresh)
    for (const held of own) if (fresh.some(({ id, version }) => id === held.id && version === held.version)) this.#keep(held)
    this.appliedSeq = last.seq
    for (const listener of this.#listeners) listener(fresh)
  }

  #forget(id: RecordId): void {
    this.#cached.delete(id)
    this.#pages.drop(id)
    const reading = this.#reading.get(id)
    if (reading !== undefined) reading.stale = true
    this.#reading.delete(id)
  }

  /** Made, wrapped anew, or purged: the change is the same, the store's rows tell which. */
  async #compartmentChanged(compartment: CompartmentId): Promise<void> {
    const rows = await this.#needs.store.compartmentKeys(compartment)
    if (rows.length > 0) {
      this.#admitTerms(compartment, rows)
      return
    }
    this.#pages.dropWhere(of => compartmentOf(of) === compartment)
    for (const id of this.#cached.keys()) if (compartmentOf(id) === compartment) this.#forget(id)
    for (const [family, all] of this.#resident) {
      for (const held of all.values()) if (held.compartment === compartment) this.#replace(family, held.id, undefined)
    }
    this.#needs.barrier.forget(compartment)
  }

  /** Terms that are gone from the store are gone from memory in the same tick. */
  #admitTerms(compartment: CompartmentId, rows: readonly CompartmentKeyRow[]): void {
    const { barrier } = this.#needs
    barrier.admit(rows)
    for (const term of barrier.termsOf(compartment)) if (!rows.some(row => row.term === term)) barrier.forgetTerm(compartment, term)
  }

  async #reload(fresh: readonly Change[]): Promise<void> {
    const wanted = new Map<RecordId, AnyFamily>()
    for (const change of fresh) {
      const family = this.#byKind.get(change.kind)
      if (family !== undefined && this.#resident.has(family)) wanted.set(change.id, family)
    }
    const ids = [...wanted.keys()]
    if (ids.length === 0) return
    const rows = await this.#needs.store.read(ids)
    for (const [index, id] of ids.entries()) {
      const family = wanted.get(id)
      const row = rows[index]
      if (family !== undefined) this.#replace(family, id, row === undefined ? undefined : this.open(family, row))
    }
  }

  #replace(family: AnyFamily, id: RecordId, after: Held<unknown> | undefined): void {
    const all = this.#resident.get(family)
    if (all === undefined) return
    const before = all.get(id)
    if (after === undefined) all.delete(id)
    else all.set(id, after)
    if (before === undefined && after === undefined) return
    for (const observer of this.#observers.get(family) ?? []) observer(before, after)
  }

  async load(): Promise<void> {
    const { store, barrier } = this.#needs
    barrier.admit(await store.compartmentKeys())
    this.appliedSeq = await store.head()
    for (const family of this.#resident.keys()) await this.#loadFamily(family)
  }

  async #loadFamily(family: AnyFamily): Promise<void> {
    for (let after: RecordId | undefined; ;) {
      const rows = await this.#needs.store.scan(kinds[family.name], { after, limit: scanPage })
      for (const row of rows) this.#replace(family, row.id, this.open(family, row))
      after = rows.at(-1)?.id
      if (rows.length < scanPage) return
    }
  }
}

export const createView = (needs: ViewNeeds): View => new MemoryView(needs)

/** A row as its family has it, whoever read it. Throws where it is not what was sealed, or of another family. */
export function openRow(barrier: Pick<Barrier, 'openRecord'>, family: AnyFamily, row: StoredRow): Held<unknown> {
  const body = openBody(barrier, family, row)
  if (row.kind !== kinds[family.name]) throw new Error(`a ${family.name} record of kind ${row.kind}`)
  const opened = envelope.parse(JSON.parse(decoder.decode(body)))
  return {
    id: row.id,
    compartment: compartmentOf(row.id),
    path: opened.p,
    version: row.version,
    ord: row.ord,
    value: family.schema.parse(opened.v),
  }
}

/** What keeps a node from starting, or a request from its answer, is named: `audit verify` tells the rest of it. */
function openBody(barrier: Pick<Barrier, 'openRecord'>, { name }: AnyFamily, row: StoredRow): Bytes {
  try {
    return barrier.openRecord({ id: row.id, kind: row.kind, version: row.version }, row)
  } catch (cause) {
    throw new Error(`record ${row.id} of ${name} was changed or is damaged: it does not open as version ${row.version}`, { cause })
  }
}
