// A private key that came in a container, PKCS #8 as strangers write it (RFC 5208 5, RFC 5958 2): its members for the import gate, which judges the
// numbers and writes the key anew. Attributes and a second copy of the public key are passed over.
import { createECDH } from 'node:crypto'
import { content, elements, sequenceOf, tags, unsignedInteger, type Element } from './der.ts'
import type { PrivateJwk } from './import-gate.ts'
import { keySpecs } from './key-specs.ts'
import { curveOfOid, ecPublicKeyOid, rsaEncryptionOid } from './public-key.ts'

/** Views, where they can be: the caller zeroes `pkcs8` and the members alike. `undefined` for what is no RSA or EC key of a named curve, in DER. */
export function membersOfPkcs8(pkcs8: Uint8Array): PrivateJwk | undefined {
  try {
    const info = sequenceOf(pkcs8)
    const algorithm = elements(content(info, 1, tags.sequence))
    const oid = content(algorithm, 0, tags.objectIdentifier).toHex()
    const key = sequenceOf(content(info, 2, tags.octetString))
    if (oid === rsaEncryptionOid) return rsaMembers(key)
    return oid === ecPublicKeyOid ? ecMembers(key, content(algorithm, 1, tags.objectIdentifier)) : undefined
  } catch {
    return undefined
  }
}

/** RSAPrivateKey (RFC 8017 A.1.2), of two primes. */
function rsaMembers(key: readonly Element[]): PrivateJwk | undefined {
  if (key.length !== 9) return undefined
  const [n, e, d, p, q, dp, dq, qi] = [1, 2, 3, 4, 5, 6, 7, 8].map(at => unsignedInteger(key, at))
  if (n === undefined || e === undefined || d === undefined) return undefined
  return { kty: 'RSA', n, e, d, p, q, dp, dq, qi }
}

/** ECPrivateKey (RFC 5915 3): the point is computed, whether it stands there or not; the gate compares nothing that is not the scalar's. */
function ecMembers(key: readonly Element[], oid: Uint8Array): PrivateJwk {
  const crv = curveOfOid(oid)
  const scalar = content(key, 1, tags.octetString)
  const ecdh = createECDH(keySpecs[crv].opensslName)
  ecdh.setPrivateKey(scalar)
  const point = ecdh.getPublicKey()
  const width = keySpecs[crv].coordinateBytes
  return { kty: 'EC', crv, d: scalar, x: Uint8Array.from(point.subarray(1, 1 + width)), y: Uint8Array.from(point.subarray(1 + width)) }
}
