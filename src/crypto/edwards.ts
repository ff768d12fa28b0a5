// Ed25519 (RFC 8032) as PKCS #8 and SubjectPublicKeyInfo (RFC 8410): both are a head of fixed bytes and 32 of the key.

/** Pure signatures take the message, pre-hashed ones hash it first, under a domain separation of their own (RFC 8032 5.1). */
export type EdwardsScheme = 'pure' | 'prehashed'

const pkcs8Head = '302e020100300506032b657004220420'
const spkiHead = '302a300506032b6570032100'
const seedBytes = 32
export const edwardsSignatureBytes = 64

/** The seed of a private key, a view; throws for what is no key as this house keeps them. */
export const edwardsSeed = (pkcs8: Uint8Array): Uint8Array => afterHead(pkcs8, pkcs8Head)

/** The public point, encoded; a view. */
export const edwardsPoint = (spki: Uint8Array): Uint8Array => afterHead(spki, spkiHead)

function afterHead(der: Uint8Array, head: string): Uint8Array {
  const at = head.length / 2
  if (der.length !== at + seedBytes || der.subarray(0, at).toHex() !== head) throw new Error('the key is no Ed25519 key as it is kept here')
  return der.subarray(at)
}
