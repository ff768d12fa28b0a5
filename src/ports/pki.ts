import type { KeySpec } from '#crypto/key-specs.ts'
import type { Bytes, Millis } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'

/** RFC 5280 4.2.1.3, in the order of its bits; spelled as Key Vault spells them. */
export const keyUsages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const
export type KeyUsage = (typeof keyUsages)[number]

/** Names beside the subject (RFC 5280 4.2.1.6); `upns` are Microsoft's user principal names. */
export interface AlternativeNames {
  readonly emails: readonly string[]
  readonly dnsNames: readonly string[]
  readonly upns: readonly string[]
  readonly uris: readonly string[]
  readonly ipAddresses: readonly string[]
}

/** What is certified of a key: whose it is, and for what. */
export interface Certified {
  /** X.500 text, the most specific name first: `CN=a, O=b, S=c`. Empty where the alternative names say it all. */
  readonly subject: string
  readonly names: AlternativeNames
  readonly keyUsage: readonly KeyUsage[]
  /** Object identifiers, dotted. */
  readonly extendedKeyUsage: readonly string[]
  readonly ca: boolean
  /** Certificates that may follow below a CA. */
  readonly pathLength?: number | undefined
  /** SubjectPublicKeyInfo DER. */
  readonly publicKey: Bytes
}

/** Where others learn whether a certificate still stands (RFC 5280 4.2.1.13, 4.2.2.1). */
export interface StatusPlaces {
  readonly issuer: string
  readonly revocationList: string
  readonly ocsp?: string
}

export interface CertificateWanted extends Certified {
  /** 1 to 20 bytes, the first between 1 and 127. */
  readonly serial: Bytes
  readonly notBefore: Millis
  readonly notAfter: Millis
  /** The issuer's certificate; absent where it signs itself. */
  readonly issuer?: Bytes | undefined
  /** Of the key that will sign. */
  readonly signer: KeySpec
  readonly places?: StatusPlaces | undefined
}

export interface ReadCertificate extends Certified {
  readonly der: Bytes
  /** As it stands, hex. */
  readonly serial: string
  readonly notBefore: Millis
  readonly notAfter: Millis
  readonly issuer: string
  readonly selfIssued: boolean
}

/** A private key that came along, PKCS #8 DER; the caller disposes of all of them. */
export interface OpenedBundle {
  readonly keys: readonly SecretBytes[]
  /** DER, in the order of the container. */
  readonly certificates: readonly Bytes[]
}

/** A sentence without any of the container's values. */
export interface BundleFlaw {
  readonly flaw: string
}

export interface Revoked {
  /** Hex. */
  readonly serial: string
  readonly at: Millis
}

/** Of which certificate a status is asked: by the hashes of its issuer's name and key, and its serial (RFC 6960 4.1.1). */
export interface StatusQuestion {
  /** DER, as it was asked: it stands so in the answer. */
  readonly certId: Bytes
  /** Name in node:crypto; `undefined` for one that is not known. */
  readonly hash: string | undefined
  readonly issuerNameHash: Bytes
  readonly issuerKeyHash: Bytes
  /** Hex. */
  readonly serial: string
}

export interface StatusRequest {
  readonly questions: readonly StatusQuestion[]
  /** The extension as it came, DER: echoed (RFC 9654). */
  readonly nonce: Bytes | undefined
}

export type CertificateStatus = 'good' | 'unknown' | { readonly revokedAt: Millis }

/** X.509, PKCS #10 and PKCS #12 as bytes (RFC 5280, 2986, 7292). It signs nothing itself: what is to be signed goes to the key that signs. */
export interface Pki {
  /** Is this text an X.500 name? */
  isName(text: string): boolean
  /** May this stand as an alternative name of its kind? */
  isAlternativeName(kind: keyof AlternativeNames, text: string): boolean
  /** TBSCertificate, version 3. */
  certificateToSign(wanted: CertificateWanted): Bytes
  /** CertificationRequestInfo. */
  requestToSign(wanted: Certified): Bytes
  /** TBSCertList, version 2. */
  revocationListToSign(wanted: {
    readonly issuer: Bytes
    readonly signer: KeySpec
    readonly number: number
    readonly thisUpdate: Millis
    readonly nextUpdate: Millis
    readonly revoked: readonly Revoked[]
  }): Bytes
  /** `undefined` for what is no OCSP request (RFC 6960 4.1.1). */
  readStatusRequest(der: Bytes): StatusRequest | undefined
  /** Is the question about something that this issuer signed? */
  asksAbout(question: StatusQuestion, issuer: Bytes): boolean
  /** ResponseData, by the issuer's own key (RFC 6960 4.2.1). */
  statusToSign(wanted: {
    readonly issuer: Bytes
    readonly producedAt: Millis
    readonly nextUpdate: Millis
    readonly answers: readonly { readonly question: StatusQuestion; readonly status: CertificateStatus }[]
    readonly nonce: Bytes | undefined
  }): Bytes
  /** OCSPResponse around a signed BasicOCSPResponse; or the refusal of a malformed request. */
  statusAnswer(signed: Bytes | 'malformed'): Bytes
  /** `undefined` for what is no certificate of a key that is known here. */
  readCertificate(der: Bytes): ReadCertificate | undefined
  /** One at a time: a stranger's file says what its keys cost. Raises `Busy` where too many wait. */
  readPkcs12(container: Bytes, password: string): Promise<OpenedBundle | BundleFlaw>
  /** Openable with an empty password. `own` is the key's certificate, the first where it is absent. */
  writePkcs12(bundle: {
    readonly key?: SecretBytes | undefined
    readonly own?: Bytes
    readonly certificates: readonly Bytes[]
  }): Promise<SecretBytes>
  readPem(text: string): OpenedBundle | BundleFlaw
  /** Key first, then the certificates. */
  writePem(bundle: { readonly key?: SecretBytes | undefined; readonly certificates: readonly Bytes[] }): SecretBytes
  /** The chain upwards from the leaf, each by the next; what does not belong to it comes last, as it came. */
  chained(leaf: Bytes, others: readonly Bytes[]): readonly Bytes[]
}
