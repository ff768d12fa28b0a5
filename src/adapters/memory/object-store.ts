import { sealed, type Millis, type Sealed } from '#model/brands.ts'
import type { Clock } from '#ports/clock.ts'
import type { BytesName, ObjectStore, Unconfirmed } from '#ports/object-store.ts'

interface Kept {
  readonly name: BytesName
  readonly since: Millis
  bytes: Sealed
  confirmed: boolean
}

export interface MemoryObjectStore extends ObjectStore {
  /** What lies there, to look at or to change: for tests of what reads it. */
  readonly kept: ReadonlyMap<string, { bytes: Sealed }>
}

const key = ({ compartment, id }: BytesName): string => `${compartment}/${id}`

/** Objects' bytes that are forgotten when the process ends. */
export function memoryObjectStore(clock: Pick<Clock, 'now'>): MemoryObjectStore {
  const kept = new Map<string, Kept>()
  return {
    kept,
    async write(name, pieces) {
      // A piece is the writer's again when the next is asked for.
      const bytes = sealed(Buffer.concat(await Array.fromAsync(pieces, piece => Buffer.from(piece))))
      kept.set(key(name), { name, since: clock.now(), bytes, confirmed: false })
    },
    async open(name) {
      const found = kept.get(key(name))
      if (found === undefined) throw new Error(`no bytes ${name.id}`)
      const { bytes } = found
      return {
        length: bytes.length,
        async read(position, length) {
          if (position + length > bytes.length) throw new Error('fewer bytes than were asked for')
          return sealed(Uint8Array.from(bytes.subarray(position, position + length)))
        },
        close: async () => undefined,
      }
    },
    async confirm(name) {
      const found = kept.get(key(name))
      if (found !== undefined) found.confirmed = true
    },
    async remove(name) {
      kept.delete(key(name))
    },
    async removeAll(compartment) {
      for (const [at, { name }] of kept) if (name.compartment === compartment) kept.delete(at)
    },
    async unconfirmed() {
      return [...kept.values()]
        .filter(({ confirmed }) => !confirmed)
        .map(({ name: { compartment, id }, since }): Unconfirmed => ({ compartment, id, since }))
    },
  }
}
