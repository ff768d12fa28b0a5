import { createHash, X509Certificate, type KeyObject } from 'node:crypto'
import type { Needs } from '#domain/context.ts'
import type { KeyCredential } from './records.ts'

const rsaBitsMin = 2_048

/** A certificate that a client may sign its assertions with, as its record keeps it; or what is wrong with it. */
export function readCertificate(der: Uint8Array): Omit<KeyCredential, 'keyId' | 'displayName'> | { readonly flaw: string } {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(der)
  } catch {
    return { flaw: 'The key is not the DER of an X.509 certificate.' }
  }
  if (certificate.raw.length !== der.length) return { flaw: 'The certificate is followed by something else.' }
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
  const fits =
    asymmetricKeyType === 'rsa'
      ? (asymmetricKeyDetails?.modulusLength ?? 0) >= rsaBitsMin
      : asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1'
  if (!fits) return { flaw: 'The certificate needs an RSA key of 2048 bits or more, or an EC key on P-256.' }
  return {
    startAt: certificate.validFromDate.getTime(),
    endAt: certificate.validToDate.getTime(),
    certificate: Buffer.from(der).toString('base64'),
    sha1: createHash('sha1').update(der).digest('base64url'),
    sha256: createHash('sha256').update(der).digest('base64url'),
  }
}

/** The certificate's public key, parsed once. */
export function certificateKey({ identity }: Needs<'identity'>, { sha256, certificate }: KeyCredential): KeyObject {
  const known = identity.publicKeys.get(sha256)
  if (known !== undefined) return known
  const key = new X509Certificate(Buffer.from(certificate, 'base64')).publicKey
  identity.publicKeys.set(sha256, key)
  return key
}
