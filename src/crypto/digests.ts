import { hash } from 'node:crypto'

/** SHA-2 hashes that signatures are over, by node:crypto's names. */
export const digestBytes = { sha256: 32, sha384: 48, sha512: 64 } as const
export type Sha2 = keyof typeof digestBytes

/** Hash of a whole message, in an array of its own. */
export const sha2 = (name: Sha2, message: Uint8Array): Uint8Array => Uint8Array.from(hash(name, message, 'buffer'))
