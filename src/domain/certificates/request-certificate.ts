import assert from 'node:assert/strict'
import type { Place } from '#ports/record-store.ts'
import type { MadeKey } from '#ports/crypto-module.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { defaultModule } from '#domain/keys/add-version.ts'
import { recordOf } from '#domain/vault-objects/find-object.ts'
import type { ObjectTags } from '#domain/vault-objects/attributes.ts'
import { objectPath } from '#domain/vault-objects/reference.ts'
import { certifiedBy } from './certified.ts'
import { withDueAt } from './due.ts'
import type { HeldCertificate } from './find-certificate.ts'
import { authorityProviders, issuerOf } from './issuers.ts'
import type { HeldOperation } from './operation.ts'
import { isSelf, isUnknown } from './policy.ts'
import type { Certificate, CertificateOperation, CertificatePolicy, CertificateVersion } from './records.ts'
import { certificateArmId, type CertificateName } from './reference.ts'
import { signedWith } from './sign-with.ts'

export type RequestNeeds = Needs<
  'certificates' | 'certificateOperations' | 'certificateIssuers' | 'keys' | 'module' | 'store' | 'ground' | 'pki'
>

export interface CertificateRequest {
  readonly named: CertificateName
  readonly before: HeldCertificate | undefined
  /** The last request, ended. */
  readonly earlier: HeldOperation | undefined
  readonly policy: CertificatePolicy
  /** Who will answer it. */
  readonly issuer: CertificateOperation['issuer']
  readonly enabled: boolean
  readonly tags: ObjectTags | undefined
  readonly preserveOrder: boolean | undefined
  readonly renewal: boolean
  readonly portSuffix: string | undefined
}

/** Who will answer it. Raises `IssuerUnusable` for one that nobody defined, or that is disabled. */
export async function issuerKind(
  context: Needs<'certificateIssuers'>,
  call: Call,
  at: { readonly named: CertificateName; readonly policy: CertificatePolicy },
): Promise<CertificateOperation['issuer']> {
  const { named, policy } = at
  if (isSelf(policy)) return 'self'
  if (isUnknown(policy)) return 'unknown'
  const issuer = await issuerOf(context, call, { vault: named.vault, name: policy.issuer.name })
  if (issuer === undefined || !issuer.value.enabled) throw new Problem({ code: 'IssuerUnusable', details: { name: policy.issuer.name } })
  return authorityProviders.has(issuer.value.provider.toLowerCase()) ? 'authority' : 'other'
}

/**
 * Makes the key, or takes the current one again, and a request that it signs; stages both with the policy. Whoever issues by himself is due at once
 * (key-vault.md 0.7).
 */
export async function requestCertificate(
  context: RequestNeeds,
  call: Call,
  asked: CertificateRequest,
): Promise<{ readonly certificate: Certificate; readonly operation: CertificateOperation }> {
  const { named, policy, issuer, earlier, tags } = asked
  const { place, made, request, requestId } = await call.once(`certificate request ${whatItRestsOn(asked)}`, async () =>
    keyAndRequest(context, call, asked),
  )
  if (made.publicKey === undefined) throw new Error('a key pair without its public half')
  const operation: CertificateOperation = {
    requestId,
    status: 'inProgress',
    version: place.version,
    policy,
    issuer,
    request: request.toBase64(),
    publicKey: made.publicKey.toBase64(),
    module: defaultModule,
    cancellationRequested: false,
    enabled: asked.enabled,
    ...(tags !== undefined && { tags: { ...tags } }),
    ...(asked.preserveOrder !== undefined && { preserveOrder: asked.preserveOrder }),
    renewal: asked.renewal,
    ...(issuer !== 'unknown' && { dueAt: call.at }),
  }
  const { certificateOperations } = context
  if (earlier === undefined) certificateOperations.create(call, named.vault.compartment, { path: objectPath(named.name), value: operation })
  else {
    call.materials.push({ removeOf: earlier.id })
    certificateOperations.update(call, earlier, operation)
  }
  call.materials.push({ place, material: made.material })
  call.target = { certificateId: certificateArmId(named), version: place.version }
  return { operation, certificate: stagePolicy(context, call, asked) }
}

function stagePolicy({ certificates }: Needs<'certificates'>, call: Call, asked: CertificateRequest): Certificate {
  const { named, before, policy, portSuffix } = asked
  const port = portSuffix !== undefined && { portSuffix }
  if (before !== undefined) return certificates.update(call, before, withDueAt({ ...before.value, policy, ...port })).value
  const value: Certificate = { name: named.name, versions: [], policy, ...port }
  return certificates.create(call, named.vault.compartment, { path: objectPath(named.name), value }).value
}

/** In another try the policy may be another, or the key that is taken again. */
function whatItRestsOn({ policy, before }: CertificateRequest): string {
  const { createdAt: _created, updatedAt: _updated, ...rest } = policy
  return JSON.stringify([rest, before?.value.versions.at(-1)?.id])
}

async function keyAndRequest(context: RequestNeeds, call: Call, asked: CertificateRequest) {
  const { named, policy } = asked
  const { random } = context.ground
  const id = context.certificateOperations.idOf(named.vault.compartment, objectPath(named.name))
  const place: Place = { id, version: random.bytes(16).toHex() }
  const { spec } = policy.key
  const made = (await keyAgain(context, call, { asked, place })) ?? (await context.module(defaultModule).generate(spec, place))
  if (made.publicKey === undefined) throw new Error('a key pair without its public half')
  const pki = await context.pki()
  const toBeSigned = pki.requestToSign(certifiedBy(policy, made.publicKey))
  const request = await signedWith(context, { module: defaultModule, spec, place, material: async () => made.material }, toBeSigned)
  return { place, made, request, requestId: random.bytes(16).toHex() }
}

/** The current version, where its key may serve the next one too (`reuse_key`); never one that was kept, where it would leave now. */
function reusable({ policy, before }: Pick<CertificateRequest, 'policy' | 'before'>): CertificateVersion | undefined {
  const current = before?.value.versions.at(-1)
  return policy.key.reuse && (current?.exportable === true || !policy.key.exportable) ? current : undefined
}

/** Its key again, where the kind that the policy asks for is still the same. */
async function keyAgain(
  context: Needs<'keys' | 'module' | 'store'>,
  call: Call,
  { asked, place }: { readonly asked: CertificateRequest; readonly place: Place },
): Promise<MadeKey | undefined> {
  const { named, policy } = asked
  const current = reusable(asked)
  if (current === undefined) return undefined
  const key = await recordOf(context.keys, call, named)
  const version = key?.value.versions.find(one => one.id === current.id)
  if (key === undefined || version?.publicKey === undefined || version.spec !== policy.key.spec || version.hsm !== policy.key.hsm)
    return undefined
  const from = { id: key.id, version: version.id }
  const material = await context.store.material(from)
  assert(material !== undefined, 'a key version without material')
  using bytes = context.module(version.module).backUp(from, material)
  return { material: context.module(version.module).restore(place, bytes), publicKey: Uint8Array.fromBase64(version.publicKey) }
}
