import { createHash } from 'node:crypto'
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
  const names = [domainTag, accountId, keyId, materialId].map(text => Buffer.from(text))
  const texts = pairs.flatMap(({ key, value }) => [key, value])
  const parts = [...names.flatMap(withLength), length(pairs.length), ...texts.flatMap(withLength)]
  return Buffer.concat(parts)
}

/** Its SHA-256: what modules are given, of one width whatever the context. */
export const digestOfBound = (bound: Bound): Bytes => Uint8Array.from(createHash('sha256').update(serialiseBound(bound)).digest())

const withLength = (text: Buffer): readonly Buffer[] => [length(text.length), text]

function length(count: number): Buffer {
  const bytes = Buffer.alloc(4)
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
