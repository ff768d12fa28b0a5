import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Vault } from '#domain/resources/records.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { connectionBehind } from './connections.ts'

/** Addresses of loopback that nothing else is likely to use: 127.64.0.0/10 without its ends. */
const secondOctet = 64
const triesMax = 64

type AddressNeeds = Needs<'names' | 'instance' | 'ground'>
const pathOf = (address: string) => ['privateAddress', address] as const

/** Takes a free address for an endpoint: it is that endpoint's as long as it lives, across restarts. */
export async function takeAddress(
  context: AddressNeeds,
  call: Call,
  endpoint: { readonly subscriptionId: string; readonly armId: string },
): Promise<string> {
  const { names, instance, ground } = context
  for (let tries = 0; tries < triesMax; tries++) {
    const address = await call.once(`address ${tries} of ${endpoint.armId}`, async () => {
      const [second = 0, third = 0, fourth = 0] = ground.random.bytes(3)
      return `127.${secondOctet + (second % 64)}.${third}.${1 + (fourth % 254)}`
    })
    if ((await names.get(call, instance.installation, pathOf(address))) !== undefined) continue
    names.create(call, instance.installation, { path: pathOf(address), value: { ...endpoint, state: 'live' } })
    return address
  }
  throw new Error('no free address for a private endpoint')
}

export async function releaseAddress(context: AddressNeeds, call: Call, address: string): Promise<void> {
  const held = await context.names.get(call, context.instance.installation, pathOf(address))
  if (held !== undefined) context.names.remove(call, held)
}

type WayNeeds = Needs<'names' | 'instance' | 'privateEndpoints' | 'privateEndpointConnections'>

/** Is this address the approved private way to this vault, now? */
export async function leadsTo(
  context: WayNeeds,
  call: Call,
  { address, vault }: { readonly address: string; readonly vault: Pick<Vault, 'id'> },
): Promise<boolean> {
  const known = await context.names.get(call, context.instance.installation, pathOf(address))
  if (known === undefined) return false
  const { subscriptionId, armId } = known.value
  const endpoint = await context.privateEndpoints.get(call, compartmentOfGuid(subscriptionId), [armId.toLowerCase()])
  if (endpoint?.value.address !== address || endpoint.value.connection.vaultId.toLowerCase() !== vault.id.toLowerCase()) return false
  return (await connectionBehind(context, call, endpoint))?.value.status === 'Approved'
}
