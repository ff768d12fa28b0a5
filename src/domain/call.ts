import type { CompartmentId, Millis, RecordId, Seq } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import { Problem, problemKinds } from '#model/problem.ts'
import { httpStatusOf } from '#model/problem-kind.ts'
import type { CompartmentKeyRow, Effect, Material, Place } from '#ports/record-store.ts'
import type { JsonObject } from './audit/canonical-json.ts'
import type { TrailFacts } from './audit/trail-facts.ts'
import type { AnyFamily, Held } from './records/family.ts'

export interface Refused {
  readonly allowed: false
  readonly because: string
  /** The deny assignment that forbids what a role may give. */
  readonly denial?: { readonly id: string; readonly name: string }
}

/** What a rule book answered; `not-asked` until a permit, or an operation that is public. */
export type Ruling = { readonly allowed: true; readonly by: string } | Refused

/** A change of one record, sealed when the call is committed. */
export interface StagedRecord {
  readonly family: AnyFamily
  /** Version of the record it was decided on, 0 where there was none. */
  readonly expected: number
  /** The new state, or `undefined` where it is removed. */
  readonly held: Held<unknown> | undefined
}

export type StagedMaterial =
  | { readonly place: Place; readonly material: Material }
  | { readonly removeOf: RecordId }
  | { readonly removeAt: Place }
  | { readonly compartmentKey: CompartmentKeyRow }
  /** Of a compartment that is there: whoever has sealed under the term before, and not committed, seals anew. */
  | { readonly newTerm: CompartmentKeyRow }
  | { readonly removeTerm: { readonly compartment: CompartmentId; readonly term: number } }
  | { readonly removeCompartment: CompartmentId }

export interface Target {
  readonly keyId?: string
  readonly secretId?: string
  readonly certificateId?: string
  readonly version?: string
  readonly algorithm?: string
}

/** Where a request comes from and how its entry names it. */
export interface Source {
  readonly requestId: string
  readonly correlationId?: string
  readonly plane: string
  readonly sourceIp?: string
  readonly userAgent?: string
}

/** One request's unit of work: what it read, writes and reports. `perform` commits it. */
export interface Call {
  readonly source: Source
  readonly at: Millis
  readonly decidedAt: Seq
  operation: string
  /** Anonymous until the wire's authentication names another. */
  who: Principal
  /** Of the path, until the verb has found better. */
  resource: string
  ruling: Ruling
  target: Target
  /** Parameters that the operation declares loggable: names and ids, never values of secrets. */
  readonly details: Map<string, string>
  /** 0 for a request, counted on for what it does as another: with the request's id it names the entry (`entryId`). */
  readonly place: number
  /** What an account's trail shows of it; the wire of the account begins it. */
  trail: TrailFacts | undefined
  readonly reads: Set<RecordId>
  readonly staged: Map<RecordId, StagedRecord>
  readonly materials: StagedMaterial[]
  readonly effects: Effect[]
  readonly children: ChildCall[]
  /** What is remembered of it once its answer leaves; of a refusal nothing is. */
  readonly afterwards: (() => void)[]
  /** Does work for another: own actor, own entry, same commit. */
  as<T>(child: ChildRequest, run: (call: Call) => Promise<T>): Promise<T>
  /** Kept across tries: what is dear or cannot be had twice. Ask for it after the permit. */
  once<T>(what: string, make: () => Promise<T>): Promise<T>
  /** Zeroed when the call ends, whatever the end. */
  defer(secret: Disposable): void
}

export interface ChildRequest {
  readonly who: Principal
  readonly operation: string
  readonly plane: string
  readonly resource: string
  /** Of a call to an account's things, made for the caller by another service of it or in another Region: what the trail shows of it, and whether it only reads. */
  readonly shown?: { readonly parameters: JsonObject; readonly readOnly: boolean; readonly region?: string }
}

export interface ChildCall {
  readonly call: Call
  readonly http: number
  readonly code?: string
}

/** What survives the tries of one request. */
export interface Keepsake extends Disposable {
  readonly kept: Map<string, Promise<unknown>>
  readonly secrets: Disposable[]
}

export function keepsake(): Keepsake {
  const secrets: Disposable[] = []
  return {
    kept: new Map(),
    secrets,
    [Symbol.dispose]() {
      for (const secret of secrets) secret[Symbol.dispose]()
    },
  }
}

/** Status and code of whatever was thrown, as an entry shows it. */
export function outcomeOf(error: unknown): { readonly http: number; readonly code: string } {
  if (error instanceof Problem) return { http: httpStatusOf[problemKinds[error.body.code]], code: error.body.code }
  return { http: 500, code: 'InternalError' }
}

export interface Beginning {
  readonly source: Source
  readonly at: Millis
  readonly decidedAt: Seq
  readonly operation: string
  readonly resource: string
  readonly who: Principal
  readonly keepsake: Keepsake
}

/** How many entries of a request have their place already, whoever they are of. */
interface Places {
  taken: number
}

export const beginCall = (beginning: Beginning): Call => beginAt(beginning, { taken: 0 })

function beginAt(beginning: Beginning, places: Places): Call {
  const { keepsake: keep, ...rest } = beginning
  const call: Call = {
    ...rest,
    place: places.taken,
    trail: undefined,
    ruling: { allowed: false, because: 'not-asked' },
    target: {},
    details: new Map(),
    reads: new Set(),
    staged: new Map(),
    materials: [],
    effects: [],
    children: [],
    afterwards: [],
    async as(child, run) {
      return runChild(call, { child, keep, places }, run)
    },
    async once<T>(what: string, make: () => Promise<T>): Promise<T> {
      return keptAs<T>(keep, what, make)
    },
    defer(secret) {
      keep.secrets.push(secret)
    },
  }
  return call
}

async function keptAs<T>(keep: Keepsake, what: string, make: () => Promise<T>): Promise<T> {
  const before = keep.kept.get(what)
  if (before === undefined) {
    const made = make()
    keep.kept.set(what, made)
    // A failure is not kept: the next try asks again.
    made.catch(() => keep.kept.delete(what))
    return made
  }
  // Whoever names a thing in `once` is the only one to give it its type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return before as Promise<T>
}

interface ChildParts {
  readonly child: ChildRequest
  readonly keep: Keepsake
  readonly places: Places
}

async function runChild<T>(parent: Call, { child, keep, places }: ChildParts, run: (call: Call) => Promise<T>): Promise<T> {
  places.taken += 1
  const beginning = {
    source: { ...parent.source, plane: child.plane },
    at: parent.at,
    decidedAt: parent.decidedAt,
    operation: child.operation,
    resource: child.resource,
    who: child.who,
    keepsake: keep,
  }
  const shared = Object.assign(beginAt(beginning, places), {
    reads: parent.reads,
    staged: parent.staged,
    materials: parent.materials,
    effects: parent.effects,
    children: parent.children,
    afterwards: parent.afterwards,
    trail: trailOf(parent, child),
  })
  try {
    const result = await run(shared)
    parent.children.push({ call: shared, http: 200 })
    return result
  } catch (error) {
    parent.children.push({ call: shared, ...outcomeOf(error) })
    throw error
  }
}

/** Of a child that says what may be shown of it: beside it stands where its parent was called. */
function trailOf({ trail }: Call, { shown }: ChildRequest): TrailFacts | undefined {
  if (trail === undefined || shown === undefined) return undefined
  const { region, tls } = trail
  return { region, ...(tls !== undefined && { tls }), ...shown, resources: [] }
}
