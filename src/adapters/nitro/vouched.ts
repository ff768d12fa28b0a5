// Whether a chain of certificates leads from a root that is trusted to whoever signed (RFC 5280 6.1), as far as such chains go: EC keys, no policies, no names.
import { X509Certificate } from 'node:crypto'
import type { Bytes, Millis } from '#model/brands.ts'
import type { Pki, ReadCertificate } from '#ports/pki.ts'

/** Nobody's chain is longer; each step is a verification of a stranger's signature. */
const chainMax = 8

interface Trust {
  readonly roots: readonly Bytes[]
  readonly at: Millis
}

/** What is wrong with it, or `undefined`. `chain`: DER, the root first, who signed last. */
export function flawOfChain(pki: Pki, chain: readonly Bytes[], { roots, at }: Trust): string | undefined {
  const [root] = chain
  if (root === undefined || !roots.some(trusted => Buffer.compare(trusted, root) === 0)) return 'its root is not trusted here'
  if (chain.length > chainMax) return 'its chain is too long'
  for (const [index, der] of chain.entries()) {
    const flaw = flawOfCertificate(pki.readCertificate(der), { at, below: chain.length - 1 - index })
    if (flaw !== undefined) return flaw
    if (!issued(chain[index - 1] ?? root, der)) return 'a certificate is not its issuer’s'
  }
  return undefined
}

/** `below`: how many stand below it. */
function flawOfCertificate(
  certificate: ReadCertificate | undefined,
  { at, below }: { readonly at: Millis; readonly below: number },
): string | undefined {
  if (certificate === undefined) return 'a certificate cannot be read'
  if (at < certificate.notBefore || at > certificate.notAfter) return 'a certificate is not valid at this time'
  return below === 0 ? flawOfSigner(certificate) : flawOfAuthority(certificate, below - 1)
}

/** `between`: how many authorities stand between it and who signed. */
function flawOfAuthority({ ca, keyUsage, pathLength }: ReadCertificate, between: number): string | undefined {
  if (!ca || !keyUsage.includes('keyCertSign')) return 'an issuer is no authority'
  return pathLength !== undefined && between > pathLength ? 'an issuer may not have so many below it' : undefined
}

const flawOfSigner = ({ ca, keyUsage }: ReadCertificate): string | undefined =>
  ca || !keyUsage.includes('digitalSignature') ? 'its certificate is not one to sign with' : undefined

/** By name and by signature; a key that cannot have made the signature makes OpenSSL throw. */
function issued(issuer: Bytes, subject: Bytes): boolean {
  try {
    const [above, below] = [new X509Certificate(issuer), new X509Certificate(subject)]
    return below.checkIssued(above) && below.verify(above.publicKey)
  } catch {
    return false
  }
}
