import {
  mutationId,
  type Bytes,
  type CompartmentId,
  type Millis,
  type MutationId,
  type RecordId,
  type Sealed,
  type Seq,
} from '#model/brands.ts'

/** One record at rest. `parent`, `tags`, `dueAt` and `ord` are hints: whoever acts on them trusts only the opened body. */
export interface Row {
  readonly id: RecordId
  readonly kind: number
  /** 1 for a new record, one more at each change: bound into the body. */
  readonly version: number
  readonly term: number
  readonly body: Sealed
  /** Its collection. */
  readonly parent: RecordId
  /** Blind secondary indexes. */
  readonly tags: readonly RecordId[]
  readonly dueAt?: Millis
}

/** A row as it is read: `ord` is the store's, feed position of creation × 1,024 + place in the mutation. */
export interface StoredRow extends Row {
  readonly ord: number
}

/** A place of material: a record and its key or secret version (32 hex digits). */
export interface Place {
  readonly id: RecordId
  readonly version: string
}

/** Key bytes, a secret's value, a DEK, sealed; opaque but to the module or verb that made it. */
export interface Material {
  readonly term: number
  readonly bytes: Sealed
}

/** A compartment's key of one term, wrapped by the root key; `indexKey` is wrapped too and the same in every term. */
export interface CompartmentKeyRow {
  readonly compartment: CompartmentId
  readonly term: number
  readonly state: 'primary' | 'retired'
  readonly rootEpoch: number
  readonly wrapped: Sealed
  readonly indexKey: Sealed
}

export type Write =
  | { readonly put: Row; readonly expected: number | 'absent' }
  | { readonly remove: RecordId; readonly expected: number }
  | { readonly material: Place; readonly wrapped: Material }
  | { readonly removeMaterial: RecordId }
  /** Some of what records have: the log is not cut for it, as it is for what must be gone at once. */
  | { readonly removePlaces: readonly Place[] }
  | { readonly compartmentKey: CompartmentKeyRow }
  /** A compartment's key of a term that nothing is sealed under any more. */
  | { readonly removeTerm: { readonly compartment: CompartmentId; readonly term: number } }
  /** Crypto-shredding: the compartment's keys, records, tags and material, all of them. */
  | { readonly removeCompartment: CompartmentId }

export interface Effect {
  readonly topic: string
  /** Sealed by the caller when it holds names. */
  readonly body: Sealed
  readonly dueAt?: Millis
}

/** Of what writes nothing: no feed ever names it, for it has no place there. */
export const noMutation: MutationId = mutationId('0'.repeat(32))

/** What one call hands the store (design.md 4). */
export interface Commit {
  readonly id: MutationId
  readonly decidedAt: Seq
  /** What the answer depends on: absent names, collections and tags too. */
  readonly reads: readonly RecordId[]
  /** Empty for a read, or for the use of a key. */
  readonly writes: readonly Write[]
  /** Audit rows as canonical JSON text (domain/audit/row.ts); the writer chains and seals them. */
  readonly entries: readonly string[]
  readonly outbox: readonly Effect[]
  /** Jobs and schedulers: checked in the same transaction. */
  readonly fence?: Fence
  /** Anything written here counts as a ruling: calls that stand on rulings run again. */
  readonly ruling: boolean
  /** May use the reserve of a full disk: audit reading, purge, shutdown (security-and-reliability.md 4.6). */
  readonly essential?: boolean
}

export interface Fence {
  readonly lease: string
  readonly epoch: number
}

/** A record made or removed also changes its collection and its tags. A removed compartment changes `compartment ‖ 64 zeros`, and so does a new or re-wrapped key of it. */
export interface Change {
  readonly seq: Seq
  readonly id: RecordId
  readonly kind: number
  /** 0 when removed; 0 for collections and tags. */
  readonly version: number
  readonly ruling: boolean
}

export type Committed =
  /** Everything since `decidedAt`, in order, the commit's own changes included. */
  | { readonly done: true; readonly seq: Seq; readonly news: readonly Change[] }
  /** Writes on moved ground, or a version that was not the expected one: nothing was written. */
  | { readonly done: false; readonly stale: readonly Change[] }
  /** The lease is another's: nothing was written. */
  | { readonly done: false; readonly fenced: true }
  /** The store refuses writes for now: free space is below the watermark. Nothing was written. */
  | { readonly done: false; readonly reserved: true }

/** Takes commits; the only way that anything is written. Rejects when the outcome is unknown or the store has failed. */
export interface Committer {
  commit(batch: readonly Commit[]): Promise<readonly Committed[]>
}

/** Memory, SQLite, later PostgreSQL: kept alike by record-store.contract.ts. */
export interface RecordStore extends Committer {
  head(): Promise<Seq>
  read(ids: readonly RecordId[]): Promise<readonly (StoredRow | undefined)[]>
  /** Rows of a collection or a tag with `ord > after`, in the order of their making; of one kind only where `kind` is given. */
  list(
    parentOrTag: RecordId,
    page: { readonly after: number; readonly limit: number; readonly kind?: number },
  ): Promise<readonly StoredRow[]>
  /** Every row of one kind in every compartment, for resident families and for verification. */
  scan(kind: number, page: { readonly after: RecordId | undefined; readonly limit: number }): Promise<readonly StoredRow[]>
  /** Rows with `due_at <= before`, earliest first. */
  due(before: Millis, limit: number): Promise<readonly StoredRow[]>
  /** The only way to the material table. */
  material(place: Place): Promise<Material | undefined>
  /** All material of a record: for backup and re-wrap. */
  materialOf(id: RecordId): Promise<readonly { readonly version: string; readonly material: Material }[]>
  compartmentKeys(compartment?: CompartmentId): Promise<readonly CompartmentKeyRow[]>
  changes(after: Seq): Promise<readonly Change[]>
  /** Looks a mutation up whose outcome is unknown. */
  committed(id: MutationId): Promise<boolean>
  /** Takes or renews a lease for `holdMs`; `undefined` while it is another holder's. */
  lease(name: string, holder: number, holdMs: number): Promise<{ readonly epoch: number } | undefined>
  /** Outbox rows of a topic that are due, held for `holdMs`; `settle` takes done ones away. */
  takeEffects(
    topic: string,
    options: { readonly now: Millis; readonly limit: number; readonly holdMs: number },
  ): Promise<readonly StoredEffect[]>
  settleEffect(...ids: string[]): Promise<void>
  /** How many outbox rows of a topic are due and not done, held or not. */
  waitingEffects(topic: string, now: Millis): Promise<number>
  /** Truncates the write-ahead log after a purge, so that shredded bytes are gone from the live store. */
  scrub(): Promise<void>
  close(): Promise<void>
}

export interface StoredEffect extends Effect {
  readonly id: string
  readonly attempts: number
}

/** Not secret, not a record: cluster id, schema version, seal envelopes (security-and-reliability.md 3.2 `meta`, `seal_envelope`). */
export interface BootStore {
  meta(name: string): Bytes | undefined
  /** Names of `meta` that begin so. */
  metaNames(prefix: string): readonly string[]
  envelopes(): readonly SealEnvelope[]
  /** All of it in one transaction: first start, seal changes. */
  writeBoot(change: {
    readonly meta?: Readonly<Record<string, Bytes>>
    readonly removeMeta?: readonly string[]
    /** The whole set: it replaces what was there. */
    readonly envelopes?: readonly SealEnvelope[]
    readonly compartmentKeys?: readonly CompartmentKeyRow[]
  }): void
}

export interface SealEnvelope {
  readonly sealId: string
  readonly kind: string
  /** The seal's own parameters: salt, Argon2id costs, label of a token key. Not secret. */
  readonly params: Readonly<Record<string, string | number>>
  readonly rootEpoch: number
  readonly wrapped: Sealed
}
