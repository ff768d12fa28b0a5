import { z } from 'zod'
import { compartmentOf, recordIdOf, type Sealed } from '#model/brands.ts'
import type { EventSink, VaultEvent } from './vault-event.ts'
import { allFamilies, type Needs } from '#domain/context.ts'
import type { Consumer } from '#domain/jobs/outbox.ts'
import type { Vault } from '#domain/resources/records.ts'
import { eventBody, vaultEventTopic, type EventBody, type ObjectKind } from './vault-events.ts'

type CarryNeeds = Needs<'ground' | 'vaults' | 'instance'>

/** Hands on what a vault tells, in the order of its commits. Of a vault or an object that is gone meanwhile nobody is told. */
export const vaultEvents = (context: CarryNeeds, sink: EventSink): Consumer => ({
  topic: vaultEventTopic,
  inOrder: true,
  async handle(body) {
    const event = await eventOf(context, body)
    if (event !== undefined) await sink.deliver(event)
  },
})

async function eventOf(context: CarryNeeds, sealed: Sealed): Promise<VaultEvent | undefined> {
  const body = eventBody.parse(JSON.parse(Buffer.from(sealed).toString('utf8')))
  const vault = vaultOf(context, body)
  if (vault === undefined) return undefined
  const data = 'vault' in body ? dataOfVault(context, vault) : await dataOfObject(context, vault, body)
  if (data === undefined) return undefined
  return {
    id: body.id,
    topic: vault.id,
    subject: data.ObjectName,
    eventType: `Microsoft.KeyVault.${'vault' in body ? body.type : `${body.kind}${body.occasion}`}`,
    eventTime: Temporal.Instant.fromEpochMilliseconds(body.at).toString(),
    data: { ...data },
    dataVersion: '1',
    metadataVersion: '1',
  }
}

/** In this spelling only: readers that fold case refuse twins (key-vault.md 11). Times in seconds. */
interface EventData {
  readonly Id: string
  readonly VaultName: string
  readonly ObjectType: string
  readonly ObjectName: string
  readonly Version: string | null
  readonly NBF: number | null
  readonly EXP: number | null
}

function vaultOf({ vaults }: Pick<CarryNeeds, 'vaults'>, body: EventBody): Vault | undefined {
  if ('vault' in body) return vaults.peek().find(held => held.id === body.vault)?.value
  const compartment = compartmentOf(recordIdOf(body.object))
  return vaults.peek().find(held => held.value.compartment === compartment)?.value
}

/** Without a port, as names of vaults are: what happens by itself came by none. */
const urlOf = ({ instance }: Pick<CarryNeeds, 'instance'>, { name }: Vault): string =>
  `https://${name.toLowerCase()}.vault.${instance.domain}`

const dataOfVault = (context: CarryNeeds, vault: Vault): EventData => ({
  Id: urlOf(context, vault),
  VaultName: vault.name,
  ObjectType: 'Vault',
  ObjectName: vault.name,
  Version: null,
  NBF: null,
  EXP: null,
})

const collections = { Key: 'keys', Secret: 'secrets', Certificate: 'certificates' } as const satisfies Record<ObjectKind, string>

async function dataOfObject(
  context: CarryNeeds,
  vault: Vault,
  body: Extract<EventBody, { readonly object: string }>,
): Promise<EventData | undefined> {
  const name = await nameOf(context, body)
  if (name === undefined) return undefined
  return {
    Id: `${urlOf(context, vault)}/${collections[body.kind]}/${name}/${body.version}`,
    VaultName: vault.name,
    ObjectType: body.kind,
    ObjectName: name,
    Version: body.version,
    NBF: secondsOf(body.notBefore),
    EXP: secondsOf(body.expires),
  }
}

const secondsOf = (at: number | undefined): number | null => (at === undefined ? null : Math.floor(at / 1_000))

const named = z.object({ name: z.string() })

/** `undefined` of what was purged meanwhile. */
async function nameOf(
  { ground }: Pick<CarryNeeds, 'ground'>,
  { kind, object }: { readonly kind: ObjectKind; readonly object: string },
): Promise<string | undefined> {
  const id = recordIdOf(object)
  const family = allFamilies.find(one => one.name === collections[kind])
  if (family === undefined || !ground.barrier.has(compartmentOf(id))) return undefined
  const held = await ground.view.find(family, id)
  return held === undefined ? undefined : named.parse(held.value).name
}
