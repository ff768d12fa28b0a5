import { hash } from 'node:crypto'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import {
  AccessDescription,
  AuthorityInfoAccessSyntax,
  AuthorityKeyIdentifier,
  BasicConstraints,
  CRLDistributionPoints,
  DistributionPoint,
  DistributionPointName,
  ExtendedKeyUsage,
  Extension,
  GeneralName,
  id_ad_caIssuers,
  id_ad_ocsp,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_cRLDistributionPoints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_pe_authorityInfoAccess,
  KeyIdentifier,
  KeyUsage as KeyUsageBits,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509'
import { bitString, sequenceOf } from '#crypto/der.ts'
import { keyUsages, type Certified, type KeyUsage, type StatusPlaces } from '#ports/pki.ts'
import { alternativeNamesOf } from './alternative-names.ts'

export const extension = (extnID: string, value: unknown, critical = false): Extension =>
  new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })

/** SHA-1 of the key's bits (RFC 5280 4.2.1.2, method 1). */
export const keyIdentifier = (publicKey: Uint8Array): Uint8Array => hash('sha1', bitString(sequenceOf(publicKey), 1), 'buffer')

/** Critical, and absent where nothing is said: then the key may do everything (RFC 5280 4.2.1.3). */
function usageExtension(usages: readonly KeyUsage[]): readonly Extension[] {
  if (usages.length === 0) return []
  const last = Math.max(...usages.map(usage => keyUsages.indexOf(usage)))
  // A named bit string ends with its last one bit (X.690 11.2.2).
  const bytes = new Uint8Array(Math.floor(last / 8) + 1)
  for (const usage of usages) {
    const at = keyUsages.indexOf(usage)
    bytes[Math.floor(at / 8)] = (bytes[Math.floor(at / 8)] ?? 0) | (0x80 >> (at % 8))
  }
  return [extension(id_ce_keyUsage, new KeyUsageBits(bytes, 7 - (last % 8)), true)]
}

const purposesExtension = (oids: readonly string[]): readonly Extension[] =>
  oids.length === 0 ? [] : [extension(id_ce_extKeyUsage, new ExtendedKeyUsage([...oids]))]

/** Critical where it is all that names the subject (RFC 5280 4.2.1.6). */
function namesExtension({ names, subject }: Certified): readonly Extension[] {
  const value = alternativeNamesOf(names)
  return value === undefined ? [] : [extension(id_ce_subjectAltName, value, subject.trim() === '')]
}

/** Critical where it makes an authority (RFC 5280 4.2.1.9); the service leaves it uncritical on leaves. */
function constraintsExtension({ ca, pathLength }: Certified): Extension {
  const value = new BasicConstraints({ cA: ca, ...(ca && pathLength !== undefined && { pathLenConstraint: pathLength }) })
  return extension(id_ce_basicConstraints, value, ca)
}

/** The order of a request's extensions (key-vault.md 4.3). */
export const requestedExtensions = (wanted: Certified): readonly Extension[] => [
  ...usageExtension(wanted.keyUsage),
  ...purposesExtension(wanted.extendedKeyUsage),
  ...namesExtension(wanted),
  constraintsExtension(wanted),
]

/** The order of a certificate's extensions (key-vault.md 4.3); an issuer's places come last. */
export function certifiedExtensions(
  wanted: Certified,
  by: { readonly issuerKeyIdentifier: Uint8Array; readonly places?: StatusPlaces | undefined },
): readonly Extension[] {
  return [
    ...usageExtension(wanted.keyUsage),
    constraintsExtension(wanted),
    ...purposesExtension(wanted.extendedKeyUsage),
    ...namesExtension(wanted),
    extension(id_ce_authorityKeyIdentifier, new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(by.issuerKeyIdentifier) })),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(wanted.publicKey))),
    ...(by.places === undefined ? [] : placesExtensions(by.places)),
  ]
}

function placesExtensions({ issuer, revocationList, ocsp }: StatusPlaces): readonly Extension[] {
  const at = (uniformResourceIdentifier: string): GeneralName => new GeneralName({ uniformResourceIdentifier })
  const point = new DistributionPoint({ distributionPoint: new DistributionPointName({ fullName: [at(revocationList)] }) })
  const access = [
    ...(ocsp === undefined ? [] : [new AccessDescription({ accessMethod: id_ad_ocsp, accessLocation: at(ocsp) })]),
    new AccessDescription({ accessMethod: id_ad_caIssuers, accessLocation: at(issuer) }),
  ]
  return [
    extension(id_ce_cRLDistributionPoints, new CRLDistributionPoints([point])),
    extension(id_pe_authorityInfoAccess, new AuthorityInfoAccessSyntax(access)),
  ]
}
