import type { Place, Write } from '#ports/record-store.ts'

/**
 * What a mutation's entry names: `[record, version]`, version 0 where it is gone; `[record/key version, 1]` for material,
 * 0 where it is gone; `[record/, 0]` for all that a record has; `[compartment, 0]`.
 */
export type NamedWrite = readonly [id: string, version: number]

/** The names of a commit's writes, in order: what `audit verify` compares the records with (security-and-reliability.md 4.4). */
export const namedWrites = (writes: readonly Write[]): readonly NamedWrite[] => writes.flatMap(named)

const placeName = ({ id, version }: Place): string => `${id}/${version}`

function named(write: Write): readonly NamedWrite[] {
  if ('put' in write) return [[write.put.id, write.put.version]]
  if ('remove' in write) return [[write.remove, 0]]
  if ('material' in write) return [[placeName(write.material), 1]]
  if ('removeMaterial' in write) return [[`${write.removeMaterial}/`, 0]]
  if ('removePlaces' in write) return write.removePlaces.map(place => [placeName(place), 0])
  return 'removeCompartment' in write ? [[write.removeCompartment, 0]] : []
}

/** A record as the audit knows it. */
export interface NamedRecord {
  /** Version of its newest write; `undefined` where only its material was named. */
  readonly version?: number
  readonly materials: ReadonlySet<string>
  /** Entry that named it last. */
  readonly seq: number
}

const compartmentDigits = 32

/** Every record and its material as the entries say they must be now. */
export interface NamedRecords {
  add(seq: number, writes: readonly NamedWrite[]): void
  get(id: string): NamedRecord | undefined
  /** Ids that must be there. */
  ids(): Iterable<string>
}

export function namedRecords(): NamedRecords {
  const compartments = new Map<string, Map<string, NamedRecord>>()
  const recordsOf = (id: string): Map<string, NamedRecord> =>
    compartments.getOrInsertComputed(id.slice(0, compartmentDigits), () => new Map())
  const addOne = (seq: number, [name, version]: NamedWrite): void => {
    if (name.length === compartmentDigits) {
      compartments.delete(name)
      return
    }
    const [id = '', material] = name.split('/')
    const records = recordsOf(id)
    const next = changed(records.get(id), { seq, version, material })
    if (next === undefined) records.delete(id)
    else records.set(id, next)
  }
  return {
    add(seq, writes) {
      for (const write of writes) addOne(seq, write)
    },
    get: id => recordsOf(id).get(id),
    *ids() {
      for (const records of compartments.values()) yield* records.keys()
    },
  }
}

interface Change {
  readonly seq: number
  readonly version: number
  readonly material: string | undefined
}

const none: ReadonlySet<string> = new Set()

/** `undefined`: neither record nor material is left. */
function changed(before: NamedRecord | undefined, { seq, version, material }: Change): NamedRecord | undefined {
  const materials = before?.materials ?? none
  if (material === undefined) {
    if (version > 0) return { version, materials, seq }
    return materials.size > 0 ? { materials, seq } : undefined
  }
  const left = remaining(materials, material, version)
  if (before?.version === undefined) return left.size > 0 ? { materials: left, seq } : undefined
  return { version: before.version, materials: left, seq }
}

/** No name is the name of all. */
function remaining(materials: ReadonlySet<string>, named: string, version: number): ReadonlySet<string> {
  if (named === '') return none
  return version > 0 ? materials.union(new Set([named])) : materials.difference(new Set([named]))
}
