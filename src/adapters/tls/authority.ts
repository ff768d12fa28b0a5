import { generateKeyPairSync, webcrypto } from 'node:crypto'
import { dateOf } from '#adapters/system/clock.ts'
import { type Millis, millis } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'
import { nameConstraints, nameConstraintsOid, type PermittedNames } from './name-constraints.ts'

/** A root whose key is gone, and the one issuer it signed: held to its names even where a root's own constraints are ignored (people.md 0.1 decision 8). */
export interface Authority {
  readonly rootPem: string
  readonly issuerPem: string
  /** PKCS#8; the caller seals it, or lets it go. */
  readonly issuerKey: SecretBytes
}

export interface Leaf {
  /** The certificate, then its issuer. */
  readonly chainPem: string
  readonly keyPem: string
}

interface Making {
  readonly now: Millis
  readonly random: Random
}

const dayMs = 86_400_000
export const authorityDays = 5 * 365
export const leafDays = 90
/** A machine whose clock is a little behind accepts a certificate that was made just now. */
const backdateMs = 5 * 60_000

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** The dearest import of all, and most starts make no certificate (performance.md 11). */
async function library() {
  await import('reflect-metadata')
  return import('@peculiar/x509')
}

/** Makes a root and an issuer under it, both P-256 for five years. The root's private key does not outlive this call. */
export async function makeAuthority(permitted: PermittedNames, { now, random }: Making): Promise<Authority> {
  const x509 = await library()
  const validity = { notBefore: dateOf(millis(now - backdateMs)), notAfter: dateOf(millis(now + authorityDays * dayMs)) }
  using root = newKey()
  const issuer = newKey()
  const rootName = `CN=Keystead root ${serial(random).slice(0, 8)}, O=Keystead development`
  const issuerName = `CN=Keystead issuer ${serial(random).slice(0, 8)}, O=Keystead development`
  const signingKey = await signing(root.pkcs8)
  const rootCertificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(random),
    subject: rootName,
    issuer: rootName,
    ...validity,
    publicKey: root.spki,
    signingKey,
    signingAlgorithm: ecdsa,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(root.spki),
    ],
  })
  const issuerCertificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(random),
    subject: issuerName,
    issuer: rootName,
    ...validity,
    publicKey: issuer.spki,
    signingKey,
    signingAlgorithm: ecdsa,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.Extension(nameConstraintsOid, true, nameConstraints(permitted)),
      await x509.SubjectKeyIdentifierExtension.create(issuer.spki),
      await x509.AuthorityKeyIdentifierExtension.create(root.spki),
    ],
  })
  return { rootPem: pem(rootCertificate), issuerPem: pem(issuerCertificate), issuerKey: new SecretBytes(issuer.pkcs8) }
}

/** A P-256 server certificate for these names, never valid for longer than its issuer. */
export async function issueLeaf(
  authority: Pick<Authority, 'issuerPem' | 'issuerKey'>,
  wanted: { readonly dns: readonly string[]; readonly ip: readonly string[]; readonly days: number },
  { now, random }: Making,
): Promise<Leaf> {
  const x509 = await library()
  const issuer = new x509.X509Certificate(authority.issuerPem)
  using key = newKey()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(random),
    // Names longer than a common name may be (64 characters) stand in the extension alone.
    subject: (wanted.dns[0]?.length ?? 0) <= 64 ? `CN=${wanted.dns[0] ?? 'keystead'}` : 'CN=keystead',
    issuer: issuer.subject,
    notBefore: dateOf(millis(now - backdateMs)),
    notAfter: dateOf(millis(Math.min(now + wanted.days * dayMs, issuer.notAfter.getTime()))),
    publicKey: key.spki,
    signingKey: await signing(authority.issuerKey.bytes),
    signingAlgorithm: ecdsa,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...wanted.dns.map(value => ({ type: 'dns', value }) as const),
        ...wanted.ip.map(value => ({ type: 'ip', value }) as const),
      ]),
      await x509.SubjectKeyIdentifierExtension.create(key.spki),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  })
  const body = key.pkcs8.toBase64().match(/.{1,64}/g) ?? []
  return {
    chainPem: pem(certificate) + authority.issuerPem,
    keyPem: `-----BEGIN PRIVATE KEY-----\n${body.join('\n')}\n-----END PRIVATE KEY-----\n`,
  }
}

const pem = (certificate: { toString(format: 'pem'): string }) => `${certificate.toString('pem').trimEnd()}\n`

/** 126 random bits, positive, no leading zero (RFC 5280 4.1.2.2). */
function serial(random: Random): string {
  const bytes = random.bytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toHex()
}

function newKey(): { readonly spki: Uint8Array<ArrayBuffer>; readonly pkcs8: Uint8Array<ArrayBuffer> } & Disposable {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  const pkcs8 = Uint8Array.from(privateKey)
  privateKey.fill(0)
  return { spki: Uint8Array.from(publicKey), pkcs8, [Symbol.dispose]: () => void pkcs8.fill(0) }
}

const signing = (pkcs8: Uint8Array) => webcrypto.subtle.importKey('pkcs8', Uint8Array.from(pkcs8), ecdsa, false, ['sign'])
