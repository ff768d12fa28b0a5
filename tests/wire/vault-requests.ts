import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { attested, releasePolicy } from '#domain/keys/attestation-testing.ts'
import { answerTo, selfSignedPem } from './certificates.ts'
import type { Sent } from './house.ts'

export interface KeyUnderTest {
  readonly kind: string
  readonly create: Readonly<Record<string, unknown>>
  /** What it can do: pairs that undo each other, or sign and verify. */
  readonly algorithms: { readonly encrypt?: string; readonly sign: string }
  readonly jwk: Readonly<Record<string, unknown>>
}

const digest = Buffer.alloc(32, 7).toString('base64url')
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })

export const keysUnderTest: readonly KeyUnderTest[] = [
  { kind: 'RSA', create: { kty: 'RSA', key_size: 2048 }, algorithms: { encrypt: 'RSA-OAEP-256', sign: 'PS256' }, jwk: { ...rsa } },
  { kind: 'EC', create: { kty: 'EC', crv: 'P-256' }, algorithms: { sign: 'ES256' }, jwk: { ...ec } },
  {
    kind: 'oct-HSM',
    create: { kty: 'oct-HSM' },
    algorithms: { encrypt: 'A256KW', sign: 'HS256' },
    jwk: { kty: 'oct-HSM', k: randomBytes(32).toString('base64url') },
  },
]

/** What earlier answers gave: a ciphertext, a signature, a backup. */
export type Kept = ReadonlyMap<string, string>

/** One good request of each operation, in an order in which all of them succeed. `keep`: the member of the answer that a later one needs. */
export interface Good {
  readonly operation: string
  readonly keep?: string
  /** Another member than `value`. */
  readonly member?: string
  /** `undefined`: a key of that kind cannot. */
  readonly sent: (key: KeyUnderTest, kept: Kept) => Sent | undefined
}

const at = (method: string, path: string, body?: unknown): Sent => ({ method, path, ...(body !== undefined && { body }) })
const always = (method: string, path: string, body?: unknown) => () => at(method, path, body)
const use = (word: string, value: (kept: Kept) => string | undefined) => (key: KeyUnderTest, kept: Kept) =>
  key.algorithms.encrypt === undefined ? undefined : at('POST', `/keys/made/${word}`, { alg: key.algorithms.encrypt, value: value(kept) })

/** Signed outside: nobody answers it by himself. */
const asked = { issuer: { name: 'Unknown' }, key_props: { kty: 'EC', crv: 'P-256' }, x509_props: { subject: 'CN=asked' } }

export const goodRequests: readonly Good[] = [
  { operation: 'KeyCreate', sent: ({ create }) => at('POST', '/keys/made/create', create) },
  { operation: 'KeyImport', sent: ({ jwk }) => at('PUT', '/keys/brought', { key: { ...jwk, key_ops: ['sign', 'verify'] } }) },
  {
    operation: 'KeyCreate',
    sent: always('POST', '/keys/released/create', { kty: 'EC-HSM', attributes: { exportable: true }, release_policy: releasePolicy }),
  },
  { operation: 'KeyGet', sent: always('GET', '/keys/brought') },
  { operation: 'KeyList', sent: always('GET', '/keys') },
  { operation: 'KeyListVersions', sent: always('GET', '/keys/brought/versions') },
  { operation: 'KeyUpdate', sent: always('PATCH', '/keys/brought', { tags: { changed: 'yes' } }) },
  { operation: 'KeyRotationPolicyGet', sent: always('GET', '/keys/made/rotationpolicy') },
  {
    operation: 'KeyRotationPolicySet',
    sent: always('PUT', '/keys/made/rotationpolicy', {
      lifetimeActions: [{ trigger: { timeAfterCreate: 'P30D' }, action: { type: 'Rotate' } }],
    }),
  },
  {
    operation: 'KeyRelease',
    sent: () => at('POST', '/keys/released/release', { target: attested(1_800_000_000_000) }),
  },
  { operation: 'KeyRotate', sent: always('POST', '/keys/made/rotate') },
  { operation: 'KeyEncrypt', keep: 'ciphertext', sent: use('encrypt', () => digest) },
  { operation: 'KeyDecrypt', sent: use('decrypt', kept => kept.get('ciphertext')) },
  { operation: 'KeyWrap', keep: 'wrapped', sent: use('wrapkey', () => digest) },
  { operation: 'KeyUnwrap', sent: use('unwrapkey', kept => kept.get('wrapped')) },
  {
    operation: 'KeySign',
    keep: 'signature',
    sent: ({ algorithms }) => at('POST', '/keys/brought/sign', { alg: algorithms.sign, value: digest }),
  },
  {
    operation: 'KeyVerify',
    sent: ({ algorithms }, kept) => at('POST', '/keys/brought/verify', { alg: algorithms.sign, digest, value: kept.get('signature') }),
  },
  { operation: 'KeyBackup', keep: 'backup', sent: always('POST', '/keys/brought/backup') },
  { operation: 'KeyDelete', sent: always('DELETE', '/keys/brought') },
  { operation: 'KeyGetDeleted', sent: always('GET', '/deletedkeys/brought') },
  { operation: 'KeyListDeleted', sent: always('GET', '/deletedkeys') },
  { operation: 'KeyRecover', sent: always('POST', '/deletedkeys/brought/recover') },
  { operation: 'KeyDelete', sent: always('DELETE', '/keys/brought') },
  { operation: 'KeyPurge', sent: always('DELETE', '/deletedkeys/brought') },
  { operation: 'KeyRestore', sent: (_, kept) => at('POST', '/keys/restore', { value: kept.get('backup') }) },
  { operation: 'SecretSet', sent: always('PUT', '/secrets/said', { value: 'one' }) },
  { operation: 'SecretGet', sent: always('GET', '/secrets/said') },
  { operation: 'SecretList', sent: always('GET', '/secrets') },
  { operation: 'SecretListVersions', sent: always('GET', '/secrets/said/versions') },
  { operation: 'SecretUpdate', sent: always('PATCH', '/secrets/said', { contentType: 'text/plain' }) },
  { operation: 'SecretBackup', keep: 'secretBackup', sent: always('POST', '/secrets/said/backup') },
  { operation: 'SecretDelete', sent: always('DELETE', '/secrets/said') },
  { operation: 'SecretGetDeleted', sent: always('GET', '/deletedsecrets/said') },
  { operation: 'SecretListDeleted', sent: always('GET', '/deletedsecrets') },
  { operation: 'SecretRecover', sent: always('POST', '/deletedsecrets/said/recover') },
  { operation: 'SecretDelete', sent: always('DELETE', '/secrets/said') },
  { operation: 'SecretPurge', sent: always('DELETE', '/deletedsecrets/said') },
  { operation: 'SecretRestore', sent: (_, kept) => at('POST', '/secrets/restore', { value: kept.get('secretBackup') }) },
  { operation: 'CertificateCreate', keep: 'csr', member: 'csr', sent: always('POST', '/certificates/asked/create', { policy: asked }) },
  { operation: 'CertificatePendingGet', sent: always('GET', '/certificates/asked/pending') },
  {
    operation: 'CertificatePendingMerge',
    sent: (_, kept) => at('POST', '/certificates/asked/pending/merge', { x5c: [answerTo(kept.get('csr') ?? '')] }),
  },
  { operation: 'CertificateCreate', sent: always('POST', '/certificates/asked/create', {}) },
  { operation: 'CertificatePendingUpdate', sent: always('PATCH', '/certificates/asked/pending', { cancellation_requested: true }) },
  { operation: 'CertificatePendingDelete', sent: always('DELETE', '/certificates/asked/pending') },
  { operation: 'CertificateImport', sent: always('POST', '/certificates/fetched/import', { value: selfSignedPem('CN=fetched') }) },
  { operation: 'CertificateGet', sent: always('GET', '/certificates/fetched') },
  { operation: 'CertificateList', sent: always('GET', '/certificates') },
  { operation: 'CertificateListVersions', sent: always('GET', '/certificates/fetched/versions') },
  { operation: 'CertificateUpdate', sent: always('PATCH', '/certificates/fetched', { tags: { changed: 'yes' } }) },
  { operation: 'CertificatePolicyGet', sent: always('GET', '/certificates/fetched/policy') },
  { operation: 'CertificatePolicyUpdate', sent: always('PATCH', '/certificates/fetched/policy', { x509_props: { validity_months: 6 } }) },
  { operation: 'CertificateBackup', keep: 'certificateBackup', sent: always('POST', '/certificates/fetched/backup') },
  { operation: 'CertificateDelete', sent: always('DELETE', '/certificates/fetched') },
  { operation: 'CertificateGetDeleted', sent: always('GET', '/deletedcertificates/fetched') },
  { operation: 'CertificateListDeleted', sent: always('GET', '/deletedcertificates') },
  { operation: 'CertificateRecover', sent: always('POST', '/deletedcertificates/fetched/recover') },
  { operation: 'CertificateDelete', sent: always('DELETE', '/certificates/fetched') },
  { operation: 'CertificatePurge', sent: always('DELETE', '/deletedcertificates/fetched') },
  { operation: 'CertificateRestore', sent: (_, kept) => at('POST', '/certificates/restore', { value: kept.get('certificateBackup') }) },
  { operation: 'CertificateIssuerSet', sent: always('PUT', '/certificates/issuers/outside', { provider: 'DigiCert' }) },
  { operation: 'CertificateIssuerGet', sent: always('GET', '/certificates/issuers/outside') },
  { operation: 'CertificateIssuersList', sent: always('GET', '/certificates/issuers') },
  { operation: 'CertificateIssuerUpdate', sent: always('PATCH', '/certificates/issuers/outside', { attributes: { enabled: false } }) },
  { operation: 'CertificateIssuerDelete', sent: always('DELETE', '/certificates/issuers/outside') },
  { operation: 'CertificateContactsSet', sent: always('PUT', '/certificates/contacts', { contacts: [{ email: 'a@example.com' }] }) },
  { operation: 'CertificateContactsGet', sent: always('GET', '/certificates/contacts') },
  { operation: 'CertificateContactsDelete', sent: always('DELETE', '/certificates/contacts') },
]
