import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { sealed, type Sealed } from '#model/brands.ts'
import type { EventSink, VaultEvent } from '#ports/event-sink.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Consumer } from '#domain/jobs/outbox.ts'
import type { HeldVault } from '#domain/resources/find-vault.ts'
import type { Vault } from '#domain/resources/records.ts'

/** Outbox topic: rows ride in the commit of the change. A body names its vault by the blind id: nothing in it may not lie in the clear. */
export const vaultEventTopic = 'vaultEvent'

const bodyShape = z.object({ id: z.string(), type: z.literal('VaultAccessPolicyChanged'), vault: z.string(), at: z.number() })

/** Stages the event where a change decides who may use the vault: its policies, or whether it goes by them at all. */
export function tellAccessChange(
  call: Call,
  { vault, after }: { readonly vault: HeldVault; readonly after: Pick<Vault, 'accessPolicies' | 'enableRbacAuthorization'> },
): void {
  if (isDeepStrictEqual(meaningOf(vault.value), meaningOf(after))) return
  const body = JSON.stringify({ id: call.source.requestId, type: 'VaultAccessPolicyChanged', vault: vault.id, at: call.at })
  call.effects.push({ topic: vaultEventTopic, body: sealed(new TextEncoder().encode(body)) })
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

/** Of a vault that is gone meanwhile nobody is told. */
export const vaultEvents = (context: Needs<'vaults' | 'instance'>, sink: EventSink): Consumer => ({
  topic: vaultEventTopic,
  async handle(body) {
    const event = eventOf(context, body)
    if (event !== undefined) await sink.deliver(event)
  },
})

function eventOf({ vaults, instance }: Needs<'vaults' | 'instance'>, body: Sealed): VaultEvent | undefined {
  const { id, type, vault: vaultId, at } = bodyShape.parse(JSON.parse(Buffer.from(body).toString('utf8')))
  const vault = vaults.peek().find(held => held.id === vaultId)?.value
  if (vault === undefined) return undefined
  return {
    id,
    topic: vault.id,
    subject: vault.name,
    eventType: `Microsoft.KeyVault.${type}`,
    eventTime: Temporal.Instant.fromEpochMilliseconds(at).toString(),
    data: {
      Id: `https://${vault.name.toLowerCase()}.vault.${instance.domain}`,
      VaultName: vault.name,
      ObjectType: 'Vault',
      ObjectName: vault.name,
      Version: null,
      NBF: null,
      EXP: null,
    },
    dataVersion: '1',
    metadataVersion: '1',
  }
}
