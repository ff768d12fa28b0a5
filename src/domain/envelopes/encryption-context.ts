import { hash } from 'node:crypto'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { NamedKey } from './ciphertext-blob.ts'

/** Pairs that a ciphertext is bound to, in any order (aws-kms.md 2.1); none and no map at all are the same. */
export type EncryptionContext = ReadonlyMap<string, string>

export const noContext: EncryptionContext = new Map()

/** Of keys and values together, in UTF-8. */
const contextBytesMax = 8_192

/** What an envelope is bound to: the key by its id, never its Region, for keys of several Regions open each other's. */
export interface Bound extends NamedKey {
  readonly context: EncryptionContext
}

const domainTag = 'keystead/envelope/1'

/**
 * Injective: a tag, account, key, material and the number of pairs, then the pairs sorted by the bytes of their keys, each text behind its length.
 * No two different questions give the same bytes.
 */
export function serialiseBound({ accountId, keyId, materialId, context }: Bound): Bytes {
  const pairs = Array.from(context, ([key, value]) => ({ key: Buffer.from(key), value: Buffer.from(value) }))
  pairs.sort((left, right) => Buffer.compare(left.key, right.key))
  const parts: Uint8Array[] = []
  for (const name of [domainTag, accountId, keyId, materialId]) parts.push(length(Buffer.byteLength(name)), Buffer.from(name))
  parts.push(length(pairs.length))
  for (const { key, value } of pairs) parts.push(length(key.length), key, length(value.length), value)
  return Buffer.concat(parts)
}

/** Its SHA-256: what modules are given, of one width whatever the context. */
export const digestOfBound = (bound: Bound): Bytes => Uint8Array.from(hash('sha256', serialiseBound(bound), 'buffer'))

function length(count: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(count)
  return bytes
}

/** Raises `ValidationFailed` for text that has no UTF-8, which would make two contexts one, and for too much of it. */
export function assertContextBounds(context: EncryptionContext): void {
  let bytes = 0
  for (const [key, value] of context) {
    if (!key.isWellFormed() || !value.isWellFormed())
      throw new Problem({ code: 'ValidationFailed', details: { message: 'The encryption context must be well-formed Unicode text.' } })
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  if (bytes > contextBytesMax)
    throw new Problem({
      code: 'ValidationFailed',
      details: { message: `The encryption context must be at most ${contextBytesMax} bytes long.` },
    })
}
