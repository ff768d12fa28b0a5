import { createECDH } from 'node:crypto'
import { content, elements, sequenceOf, tags, unsignedInteger } from './der.ts'
import type { PrivateJwk } from './import-gate.ts'
import { keySpecs } from './key-specs.ts'
import { curveOfOid, ecPublicKeyOid, rsaEncryptionOid } from './public-key.ts'
import type { EcSpecName } from './curves.ts'

/**
 * The members of somebody's PKCS #8 key (RFC 5208; RFC 5958), as the import gate judges them: views into `pkcs8`, which the caller zeroes.
 * Strict DER, nothing left over, curves by name; `undefined` for anything else.
 */
export function membersOfPkcs8(pkcs8: Uint8Array): PrivateJwk | undefined {
  try {
    const info = sequenceOf(pkcs8)
    const version = unsignedInteger(info, 0)
    if (version.length > 1 || (version[0] ?? 0) > 1) return undefined
    const algorithm = elements(content(info, 1, tags.sequence))
    const oid = content(algorithm, 0, tags.objectIdentifier).toHex()
    const key = content(info, 2, tags.octetString)
    if (oid === rsaEncryptionOid) return rsaMembers(key)
    return oid === ecPublicKeyOid ? ecMembers(curveOfOid(content(algorithm, 1, tags.objectIdentifier)), key) : undefined
  } catch {
    return undefined
  }
}

/** RSAPrivateKey of two primes (RFC 8017 A.1.2). */
function rsaMembers(key: Uint8Array): PrivateJwk | undefined {
  const parts = sequenceOf(key)
  if (parts.length !== 9 || unsignedInteger(parts, 0).some(byte => byte !== 0)) return undefined
  const at = (index: number): Uint8Array => unsignedInteger(parts, index)
  return { kty: 'RSA', n: at(1), e: at(2), d: at(3), p: at(4), q: at(5), dp: at(6), dq: at(7), qi: at(8) }
}

/** ECPrivateKey (RFC 5915 3). Its public point is made anew: whether the one that it may carry fits is nothing that is relied on. */
function ecMembers(crv: EcSpecName, key: Uint8Array): PrivateJwk | undefined {
  const d = content(sequenceOf(key), 1, tags.octetString)
  const { coordinateBytes, opensslName } = keySpecs[crv]
  if (d.length !== coordinateBytes) return undefined
  const half = createECDH(opensslName)
  half.setPrivateKey(d)
  const point = half.getPublicKey()
  return { kty: 'EC', crv, x: point.subarray(1, 1 + coordinateBytes), y: point.subarray(1 + coordinateBytes), d }
}
