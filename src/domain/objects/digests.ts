import { createHash } from 'node:crypto'
import type { CrcName } from '#crypto/crc.ts'
import type { Bytes } from '#model/brands.ts'
import type { ByteMathematics } from '#ports/byte-mathematics.ts'

type Starting = Pick<ByteMathematics, 'startCrc'>

export type DigestName = 'md5' | 'sha1' | 'sha256' | CrcName

export interface Running {
  update(bytes: Bytes): void
  digest(): Bytes
}

function started({ startCrc }: Starting, name: DigestName): Running {
  if (name === 'md5' || name === 'sha1' || name === 'sha256') {
    const hash = createHash(name)
    return { update: bytes => void hash.update(bytes), digest: () => hash.digest() }
  }
  return startCrc(name)
}

/** What all of the bytes are, for each name that was asked for. */
export type Digests = ReadonlyMap<DigestName, Bytes>

export interface Digesting {
  pass(bytes: AsyncIterable<Bytes>): AsyncIterable<Bytes>
  digests(): Digests
  /** All at once. */
  of(bytes: Bytes): Digests
}

/** Passes bytes on and digests them on the way. */
export function digesting(mathematics: Starting, names: Iterable<DigestName>): Digesting {
  const running = new Map([...new Set(names)].map(name => [name, started(mathematics, name)] as const))
  let ended: Digests | undefined
  // A hash ends once.
  const digests = (): Digests => (ended ??= new Map([...running].map(([name, one]) => [name, one.digest()])))
  return {
    digests,
    of(bytes) {
      for (const one of running.values()) one.update(bytes)
      return digests()
    },
    async *pass(bytes) {
      for await (const piece of bytes) {
        for (const one of running.values()) one.update(piece)
        yield piece
      }
    },
  }
}
