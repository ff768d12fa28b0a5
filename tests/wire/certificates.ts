// Certificates as an outside authority makes them, for requests to a vault.
import { generateKeyPairSync, sign } from 'node:crypto'
import { CertificationRequest } from '@peculiar/asn1-csr'
import { AsnConvert } from '@peculiar/asn1-schema'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { pkiBy } from '#adapters/x509/pki.ts'
import { signedObject } from '#crypto/certificate-signatures.ts'
import { millis, type Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Certified } from '#ports/pki.ts'

const pki = pkiBy(systemRandom())
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const spki = Uint8Array.from(key.publicKey.export({ type: 'spki', format: 'der' }))
const dayMs = 86_400_000

const certified = (changes: Pick<Certified, 'subject' | 'publicKey'>): Certified => ({
  names: { emails: [], dnsNames: [], upns: [], uris: [], ipAddresses: [] },
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: [],
  ca: false,
  ...changes,
})

interface Life {
  readonly from: number
  readonly days: number
}

function signedBy(wanted: Certified, life: Life = { from: systemClock.now() - dayMs, days: 90 }): Bytes {
  const toBeSigned = pki.certificateToSign({
    ...certified(wanted),
    serial: Uint8Array.of(0x41, ...systemRandom().bytes(15)),
    notBefore: millis(life.from),
    notAfter: millis(life.from + life.days * dayMs),
    signer: 'P-256',
  })
  return signedObject(toBeSigned, 'P-256', sign('sha256', toBeSigned, { key: key.privateKey, dsaEncoding: 'ieee-p1363' }))
}

/** A self-signed certificate of a P-256 key, with the key: PEM. */
export function selfSignedPem(subject: string, life?: Life): string {
  const certificate = signedBy(certified({ subject, publicKey: spki }), life)
  const pkcs8 = new SecretBytes(Uint8Array.from(key.privateKey.export({ type: 'pkcs8', format: 'der' })))
  return new TextDecoder().decode(pki.writePem({ key: pkcs8, certificates: [certificate] }).bytes)
}

/** A certificate for the key of a request (base64), by a key that nobody knows: base64. */
export function answerTo(request: string, life?: Life): string {
  const { certificationRequestInfo } = AsnConvert.parse(Uint8Array.fromBase64(request), CertificationRequest)
  const publicKey = new Uint8Array(AsnConvert.serialize(certificationRequestInfo.subjectPKInfo))
  return signedBy(certified({ subject: 'CN=answered', publicKey }), life).toBase64()
}
