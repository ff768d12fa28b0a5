import { createHmac } from 'node:crypto'

/**
 * What imported key material is called, 64 hex digits: the same bytes in the same key have the same name wherever and whenever they come, another
 * key's have another (aws-kms.md 2.2). The bytes are HMAC's key, so that the name tells nothing of them.
 */
export const materialIdOf = (keyId: string, material: Uint8Array): string =>
  createHmac('sha256', material).update(`keystead/key-material-id/${keyId}`).digest('hex')
