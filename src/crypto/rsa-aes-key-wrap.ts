// CKM_RSA_AES_KEY_WRAP (PKCS #11 v3.0 2.1.21): RSA-OAEP of an AES-256 key, then AES key wrap with padding (RFC 5649) of what travels.
import { constants, publicEncrypt, type KeyObject } from 'node:crypto'
import { aesWrap } from './aes-key-wrap.ts'

/** By the names that a release may ask for (key-vault.md 10.2): the hash of OAEP, and of its mask. */
export const keyWrapHashes = { CKM_RSA_AES_KEY_WRAP: 'sha1', RSA_AES_KEY_WRAP_256: 'sha256', RSA_AES_KEY_WRAP_384: 'sha384' } as const
export type KeyWrapName = keyof typeof keyWrapHashes

/** `transportKey`: 32 random bytes, which the caller zeroes. */
export function rsaAesWrap(
  name: KeyWrapName,
  by: { readonly publicKey: KeyObject; readonly transportKey: Uint8Array },
  data: Uint8Array,
): Uint8Array {
  const oaep = { key: by.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: keyWrapHashes[name] }
  return Buffer.concat([publicEncrypt(oaep, by.transportKey), aesWrap('padded', by.transportKey, data)])
}
