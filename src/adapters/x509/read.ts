import { X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  KeyUsage as KeyUsageBits,
  type TBSCertificate,
} from '@peculiar/asn1-x509'
import { type Bytes, millis, type Millis } from '#model/brands.ts'
import { keyUsages, type KeyUsage, type ReadCertificate } from '#ports/pki.ts'
import { readAlternativeNames } from './alternative-names.ts'
import { textOf } from './names.ts'

/** Both OpenSSL and the schema must take it, and OpenSSL must know its key; nothing may be left over. */
export function readCertificate(der: Bytes): ReadCertificate | undefined {
  try {
    const openssl = new X509Certificate(der)
    if (Buffer.compare(openssl.raw, der) !== 0) return undefined
    const { tbsCertificate: tbs } = AsnConvert.parse(der, Certificate)
    const publicKey = openssl.publicKey.export({ type: 'spki', format: 'der' })
    const [subject, issuer] = [textOf(tbs.subject), textOf(tbs.issuer)]
    return {
      der: Uint8Array.from(der),
      serial: Buffer.from(tbs.serialNumber).toString('hex'),
      subject,
      issuer,
      selfIssued: sameName(tbs),
      notBefore: millisOf(tbs.validity.notBefore.getTime()),
      notAfter: millisOf(tbs.validity.notAfter.getTime()),
      publicKey: Uint8Array.from(publicKey),
      ...purposesOf(tbs),
    }
  } catch {
    // Whatever a stranger's bytes make the parsers say.
    return undefined
  }
}

const millisOf = (date: { getTime(): number }): Millis => millis(date.getTime())

const sameName = ({ subject, issuer }: TBSCertificate): boolean =>
  Buffer.compare(Buffer.from(AsnConvert.serialize(subject)), Buffer.from(AsnConvert.serialize(issuer))) === 0

function purposesOf(tbs: TBSCertificate) {
  const value = (oid: string): Uint8Array | undefined => {
    const found = tbs.extensions?.find(({ extnID }) => extnID === oid)
    return found === undefined ? undefined : new Uint8Array(found.extnValue.buffer)
  }
  const [usage, purposes, constraints] = [value(id_ce_keyUsage), value(id_ce_extKeyUsage), value(id_ce_basicConstraints)]
  const basic = constraints === undefined ? undefined : AsnConvert.parse(constraints, BasicConstraints)
  return {
    names: readAlternativeNames(value(id_ce_subjectAltName)),
    keyUsage: usage === undefined ? [] : usagesOf(new Uint8Array(AsnConvert.parse(usage, KeyUsageBits).value)),
    extendedKeyUsage: purposes === undefined ? [] : [...AsnConvert.parse(purposes, ExtendedKeyUsage)],
    ca: basic?.cA ?? false,
    ...(basic?.pathLenConstraint !== undefined && { pathLength: basic.pathLenConstraint }),
  }
}

const usagesOf = (bits: Uint8Array): readonly KeyUsage[] =>
  keyUsages.filter((_, at) => ((bits[Math.floor(at / 8)] ?? 0) & (0x80 >> (at % 8))) !== 0)
