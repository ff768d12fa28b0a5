import { X509Certificate } from 'node:crypto'
import type { Bytes } from '#model/brands.ts'

/** Nobody's chain is longer; each step looks at every certificate that is left, and the signatures are a stranger's. */
const chainMax = 10

/** By name and by signature; two certificates of one authority are told apart by neither, and the first stands. */
export function chained(leaf: Bytes, others: readonly Bytes[]): readonly Bytes[] {
  const left = distinct([leaf, ...others]).slice(1)
  const chain = [new X509Certificate(leaf)]
  for (let last = chain.at(-1); last !== undefined && chain.length < chainMax && !isRoot(last);) {
    const subject = last
    const at = left.findIndex(one => issued(one, subject))
    const [next] = at < 0 ? [] : left.splice(at, 1)
    if (next !== undefined) chain.push(next)
    last = next
  }
  return [...chain, ...left].map(certificate => Uint8Array.from(certificate.raw))
}

function distinct(all: readonly Bytes[]): X509Certificate[] {
  const byFingerprint = new Map(all.map(der => new X509Certificate(der)).map(one => [one.fingerprint256, one]))
  return [...byFingerprint.values()]
}

const isRoot = (certificate: X509Certificate): boolean => issued(certificate, certificate)

/** A key of a kind that cannot have made the signature makes OpenSSL throw. */
function issued(issuer: X509Certificate, subject: X509Certificate): boolean {
  try {
    return subject.checkIssued(issuer) && subject.verify(issuer.publicKey)
  } catch {
    return false
  }
}
