// What a client says of a policy, what is not said, and what cannot be (key-vault.md 4.2).
import { keySpecs } from '#crypto/key-specs.ts'
import { Problem } from '#model/problem.ts'
import type { AlternativeNames, KeyUsage, Pki } from '#ports/pki.ts'
import type { Call } from '#domain/call.ts'
import { assertTypeOffered, curveNamed, keyType, kindOf, type KeyType } from '#domain/keys/specs.ts'
import type { Vault } from '#domain/resources/records.ts'
import { wholeSecond } from '#domain/vault-objects/attributes.ts'
import { assertKeyServes } from './key-operations.ts'
import { assertNamed, assertPossible, refuse } from './policy-rules.ts'
import type { CertificatePolicy, LifetimeAction } from './records.ts'

/** A policy as it is asked for; absent members keep, or take the default. */
export interface PolicyChange {
  readonly issuer?:
    | { readonly name?: string | undefined; readonly type?: string | undefined; readonly transparency?: boolean | undefined }
    | undefined
  readonly key?:
    | {
        readonly type?: KeyType | undefined
        readonly bits?: number | undefined
        readonly crv?: string | undefined
        readonly exportable?: boolean | undefined
        readonly reuse?: boolean | undefined
      }
    | undefined
  readonly contentType?: CertificatePolicy['contentType'] | undefined
  readonly subject?: string | undefined
  readonly names?: { readonly [K in keyof AlternativeNames]?: readonly string[] | undefined } | undefined
  readonly extendedKeyUsage?: readonly string[] | undefined
  readonly keyUsage?: readonly KeyUsage[] | undefined
  readonly validityMonths?: number | undefined
  readonly ca?: boolean | undefined
  readonly pathLength?: number | undefined
  readonly lifetimeActions?: readonly LifetimeAction[] | undefined
}

export const issuerKinds = { self: 'self', unknown: 'unknown' } as const
export const isSelf = ({ issuer }: Pick<CertificatePolicy, 'issuer'>): boolean => issuer.name.toLowerCase() === issuerKinds.self
export const isUnknown = ({ issuer }: Pick<CertificatePolicy, 'issuer'>): boolean => issuer.name.toLowerCase() === issuerKinds.unknown

const serverAndClient = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']
const defaultPercentage = 80

interface Asked {
  readonly pki: Pki
  readonly vault: Vault
  /** The policy that is changed; absent where one is made. */
  readonly before?: CertificatePolicy | undefined
  /** `before` is what another authority certified: judged is what is changed of it alone. */
  readonly taken?: true
}

/**
 * The whole policy that a change makes, of the one before or of the defaults.
 * Raises `InvalidBody`, `SubjectInvalid`, `KeySizeNotSupported`, `KeyTypeNeedsPremium`, `KeyOperationsUnsupported`.
 */
export function policyAfter(call: Call, change: PolicyChange, asked: Asked): CertificatePolicy {
  const { pki, vault } = asked
  const now = wholeSecond(call.at)
  const before = asked.before ?? usualPolicy(change, now)
  const key = keyAfter(change.key ?? {}, before)
  const policy: CertificatePolicy = {
    ...certifiedAfter(change, before),
    issuer: issuerAfter(change.issuer ?? {}, before),
    key,
    contentType: change.contentType ?? before.contentType,
    keyUsage: [...(change.keyUsage ?? usageKept(before, key) ?? usualUsage(key.spec))],
    lifetimeActions: [...(change.lifetimeActions ?? before.lifetimeActions)],
    createdAt: before.createdAt,
    updatedAt: now,
  }
  assertTypeOffered(vault, key)
  if (says(change, ['subject', 'names'], asked)) assertNamed(pki, policy)
  if (says(change, ['keyUsage'], asked)) assertKeyServes(key.spec, policy.keyUsage)
  assertPossible(policy)
  return policy
}

/** Is it the caller who says so? Of a policy that is made all is. */
const says = (change: PolicyChange, members: readonly (keyof PolicyChange)[], { taken }: Asked): boolean =>
  taken !== true || members.some(member => change[member] !== undefined)

/** What holds where nothing is said; of whoever issues, what is said counts here already. */
function usualPolicy({ issuer, key }: PolicyChange, now: number): CertificatePolicy {
  const name = issuer?.name ?? 'Unknown'
  const hsm = key?.type?.endsWith('-HSM') === true
  return {
    issuer: { name },
    key: { spec: 'RSA-2048', hsm, exportable: !hsm, reuse: false },
    contentType: 'application/x-pkcs12',
    subject: '',
    names: { emails: [], dnsNames: [], upns: [], uris: [], ipAddresses: [] },
    extendedKeyUsage: [...serverAndClient],
    keyUsage: [...usualUsage('RSA-2048')],
    validityMonths: 12,
    ca: false,
    lifetimeActions: [usualAction(name)],
    createdAt: now,
    updatedAt: now,
  }
}

function certifiedAfter(
  change: PolicyChange,
  before: CertificatePolicy,
): Pick<CertificatePolicy, 'subject' | 'names' | 'extendedKeyUsage' | 'validityMonths' | 'ca' | 'pathLength'> {
  const { pathLength = before.pathLength } = change
  return {
    subject: change.subject ?? before.subject,
    names: namesAfter(change.names ?? {}, before.names),
    extendedKeyUsage: [...(change.extendedKeyUsage ?? before.extendedKeyUsage)],
    validityMonths: change.validityMonths ?? before.validityMonths,
    ca: change.ca ?? before.ca,
    ...(pathLength !== undefined && { pathLength }),
  }
}

function issuerAfter(change: NonNullable<PolicyChange['issuer']>, { issuer }: CertificatePolicy): CertificatePolicy['issuer'] {
  const { name = issuer.name, type = issuer.type, transparency = issuer.transparency } = change
  return { name, ...(type !== undefined && { type }), ...(transparency !== undefined && { transparency }) }
}

/** What belongs to another type of key is no part of it: a changed type takes its own default size. */
function keyAfter(change: NonNullable<PolicyChange['key']>, { key: before }: CertificatePolicy): CertificatePolicy['key'] {
  const { type, bits, crv, reuse = before.reuse } = change
  const unchanged = type === undefined && bits === undefined && crv === undefined
  const kind = unchanged ? before : kindOf(kindAsked({ type: type ?? keyType(before), bits, crv }))
  const { exportable = kind.hsm === before.hsm ? before.exportable : !kind.hsm } = change
  if (kind.hsm && exportable) refuse('exportable', 'must be false for a key that is kept as a hardware key')
  return { spec: kind.spec, hsm: kind.hsm, exportable, reuse }
}

const curveBySize: Readonly<Record<number, string>> = { 256: 'P-256', 384: 'P-384', 521: 'P-521' }

/** A curve may be named by its size alone. */
function kindAsked({ type, bits, crv }: { type: KeyType; bits: number | undefined; crv: string | undefined }) {
  const curve = crv === undefined ? curveBySize[bits ?? 256] : curveNamed(crv)
  if (type.startsWith('EC') && curve === undefined)
    throw new Problem({ code: 'KeySizeNotSupported', details: { size: bits ?? 0, supported: Object.keys(curveBySize).map(Number) } })
  return { type, bits, ...(curve !== undefined && { crv: curve }) }
}

function namesAfter(change: NonNullable<PolicyChange['names']>, before: AlternativeNames): CertificatePolicy['names'] {
  const after = (kind: keyof AlternativeNames): string[] => [...(change[kind] ?? before[kind])]
  return {
    emails: after('emails'),
    dnsNames: after('dnsNames'),
    upns: after('upns'),
    uris: after('uris'),
    ipAddresses: after('ipAddresses'),
  }
}

const usualUsage = (spec: CertificatePolicy['key']['spec']): readonly KeyUsage[] =>
  keySpecs[spec].kty === 'EC' ? ['digitalSignature'] : ['digitalSignature', 'keyEncipherment']

/** Those of another type of key do not fit the new one. */
const usageKept = (before: CertificatePolicy, { spec }: CertificatePolicy['key']): readonly KeyUsage[] | undefined =>
  keySpecs[before.key.spec].kty === keySpecs[spec].kty ? before.keyUsage : undefined

/** Whoever issues renews; of the others the contacts are told. */
export const usualAction = (issuer: string): LifetimeAction => ({
  action: issuer.toLowerCase() === issuerKinds.unknown ? 'EmailContacts' : 'AutoRenew',
  lifetimePercentage: defaultPercentage,
})
