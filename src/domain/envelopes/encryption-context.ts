import { sha256 } from '#crypto/digests.ts'
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
  const names = [domainTag, accountId, keyId, materialId]
  const pairs = inOrder(context).flat()
  let size = lengthBytes
  for (const texts of [names, pairs]) for (const text of texts) size += lengthBytes + Buffer.byteLength(text)
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  const write = (text: string): void => {
    const written = bytes.write(text, at + lengthBytes)
    at = bytes.writeUInt32BE(written, at) + written
  }
  for (const name of names) write(name)
  at = bytes.writeUInt32BE(context.size, at)
  for (const text of pairs) write(text)
  return bytes
}

const lengthBytes = 4

/** By the bytes of their keys in UTF-8. */
const inOrder = (context: EncryptionContext): readonly (readonly [key: string, value: string])[] =>
  context.size < 2 ? [...context] : [...context].sort(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)))

/** Its SHA-256: what modules are given, of one width whatever the context. */
export const digestOfBound = (bound: Bound): Bytes => sha256(serialiseBound(bound))

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
