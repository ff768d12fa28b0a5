import { AsnConvert } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  Attribute,
  Certificate,
  CRLNumber,
  Extensions,
  id_ce_authorityKeyIdentifier,
  id_ce_cRLNumber,
  AuthorityKeyIdentifier,
  KeyIdentifier,
  type Name,
  RevokedCertificate,
  SubjectPublicKeyInfo,
  TBSCertificate,
  TBSCertList,
  Time,
  Validity,
  Version,
} from '@peculiar/asn1-x509'
import { Attributes, CertificationRequestInfo } from '@peculiar/asn1-csr'
import { dateOf } from '#adapters/system/clock.ts'
import { signatureAlgorithmIdentifier } from '#crypto/certificate-signatures.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import type { Bytes, Millis } from '#model/brands.ts'
import type { Certified, CertificateWanted, Pki } from '#ports/pki.ts'
import { certifiedExtensions, extension, keyIdentifier, requestedExtensions } from './extensions.ts'
import { nameOf } from './names.ts'

/** PKCS #9, extensionRequest (RFC 2985 5.4.2). */
const extensionRequestOid = '1.2.840.113549.1.9.14'

const bytesOf = (value: unknown): Bytes => new Uint8Array(AsnConvert.serialize(value))
const algorithmOf = (spec: KeySpec): AlgorithmIdentifier => AsnConvert.parse(signatureAlgorithmIdentifier(spec), AlgorithmIdentifier)
const time = (at: Millis): Time => new Time(dateOf(at))
const exact = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer

/** The domain has asked `isName` before. */
function subjectOf(text: string): Name {
  const name = nameOf(text)
  if (name === undefined) throw new Error('a subject that is no X.500 name')
  return name
}

export function certificateToSign(wanted: CertificateWanted): Bytes {
  const subject = subjectOf(wanted.subject)
  const issuer = wanted.issuer === undefined ? undefined : AsnConvert.parse(wanted.issuer, Certificate).tbsCertificate
  const issuerKey = issuer === undefined ? wanted.publicKey : bytesOf(issuer.subjectPublicKeyInfo)
  return bytesOf(
    new TBSCertificate({
      version: Version.v3,
      serialNumber: exact(wanted.serial),
      signature: algorithmOf(wanted.signer),
      issuer: issuer?.subject ?? subject,
      validity: new Validity({ notBefore: dateOf(wanted.notBefore), notAfter: dateOf(wanted.notAfter) }),
      subject,
      subjectPublicKeyInfo: AsnConvert.parse(wanted.publicKey, SubjectPublicKeyInfo),
      extensions: new Extensions([
        ...certifiedExtensions(wanted, { issuerKeyIdentifier: keyIdentifier(issuerKey), places: wanted.places }),
      ]),
    }),
  )
}

export function requestToSign(wanted: Certified): Bytes {
  const extensions = new Extensions([...requestedExtensions(wanted)])
  return bytesOf(
    new CertificationRequestInfo({
      version: 0,
      subject: subjectOf(wanted.subject),
      subjectPKInfo: AsnConvert.parse(wanted.publicKey, SubjectPublicKeyInfo),
      attributes: new Attributes([new Attribute({ type: extensionRequestOid, values: [AsnConvert.serialize(extensions)] })]),
    }),
  )
}

/** RFC 5280 5.1; the list and its number are of the issuer whose certificate is given. */
export function revocationListToSign(wanted: Parameters<Pki['revocationListToSign']>[0]): Bytes {
  const issuer = AsnConvert.parse(wanted.issuer, Certificate).tbsCertificate
  const revoked = wanted.revoked.map(
    ({ serial, at }) => new RevokedCertificate({ userCertificate: exact(Uint8Array.fromHex(serial)), revocationDate: time(at) }),
  )
  return bytesOf(
    new TBSCertList({
      version: Version.v2,
      signature: algorithmOf(wanted.signer),
      issuer: issuer.subject,
      thisUpdate: time(wanted.thisUpdate),
      nextUpdate: time(wanted.nextUpdate),
      // An empty list is left out, not written empty (RFC 5280 5.1.2.6).
      ...(revoked.length > 0 && { revokedCertificates: revoked }),
      crlExtensions: [
        extension(
          id_ce_authorityKeyIdentifier,
          new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyIdentifier(bytesOf(issuer.subjectPublicKeyInfo))) }),
        ),
        extension(id_ce_cRLNumber, new CRLNumber(wanted.number)),
      ],
    }),
  )
}
