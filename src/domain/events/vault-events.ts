import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { sealed, type RecordId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { HeldVault } from '#domain/resources/find-vault.ts'
import type { Vault } from '#domain/resources/records.ts'
import type { ObjectVersion } from '#domain/vault-objects/object.ts'

/** Outbox topic: rows ride in the commit of the change. A body names records by their blind ids: it holds nothing that may not lie in the clear. */
export const vaultEventTopic = 'vaultEvent'

export const objectKinds = ['Key', 'Secret', 'Certificate'] as const
export type ObjectKind = (typeof objectKinds)[number]
export const objectOccasions = ['NewVersionCreated', 'NearExpiry', 'Expired'] as const
export type ObjectOccasion = (typeof objectOccasions)[number]

/** Times in milliseconds. */
export const eventBody = z.union([
  z.object({ type: z.literal('VaultAccessPolicyChanged'), id: z.string(), vault: z.string(), at: z.number() }),
  z.object({
    id: z.string(),
    kind: z.enum(objectKinds),
    occasion: z.enum(objectOccasions),
    object: z.string(),
    version: z.string(),
    notBefore: z.number().optional(),
    expires: z.number().optional(),
    at: z.number(),
  }),
])
export type EventBody = z.output<typeof eventBody>

function stage(call: Call, body: EventBody): void {
  call.effects.push({ topic: vaultEventTopic, body: sealed(new TextEncoder().encode(JSON.stringify(body))) })
}

/** Stages the event where a change decides who may use the vault: its policies, or whether it goes by them at all. */
export function tellAccessChange(
  call: Call,
  { vault, after }: { readonly vault: HeldVault; readonly after: Pick<Vault, 'accessPolicies' | 'enableRbacAuthorization'> },
): void {
  if (isDeepStrictEqual(meaningOf(vault.value), meaningOf(after))) return
  stage(call, { id: call.source.requestId, type: 'VaultAccessPolicyChanged', vault: vault.id, at: call.at })
}

/** Stages the event of one version of an object (key-vault.md 11), as the version stands in this commit. */
export function tellOfVersion(
  { ground }: Needs<'ground'>,
  call: Call,
  what: {
    readonly kind: ObjectKind
    readonly occasion: ObjectOccasion
    /** Of the object. */
    readonly object: RecordId
    readonly version: Pick<ObjectVersion, 'id' | 'notBefore' | 'expires'>
  },
): void {
  const { kind, occasion, object, version } = what
  const { notBefore, expires } = version
  stage(call, {
    id: ground.random.uuid(),
    kind,
    occasion,
    object,
    version: version.id,
    ...(notBefore !== undefined && { notBefore }),
    ...(expires !== undefined && { expires }),
    at: call.at,
  })
}

/** What rules, however it is written: words without case and order, absent kinds as empty ones. */
const meaningOf = ({ accessPolicies, enableRbacAuthorization }: Pick<Vault, 'accessPolicies' | 'enableRbacAuthorization'>) => ({
  enableRbacAuthorization,
  policies: accessPolicies.map(({ tenantId, objectId, applicationId, permissions }) => ({
    tenantId,
    objectId,
    applicationId,
    words: kinds.map(kind => [...new Set((permissions[kind] ?? []).map(word => word.toLowerCase()))].toSorted((a, b) => (a < b ? -1 : 1))),
  })),
})
const kinds = ['keys', 'secrets', 'certificates', 'storage'] as const
