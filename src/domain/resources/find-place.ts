import { Problem } from '#model/problem.ts'
import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { resourceTypes } from './group-contents.ts'
import type { ResourceEnvelope } from './records.ts'
import { subscriptionOfArmId } from './scopes.ts'

const lastOf = (place: string): string => place.slice(place.lastIndexOf('/') + 1)

/** Is there something at that scope? What lies inside a resource (a vault's key) counts as there: its own plane knows. Raises `ResourceGroupNotFound`, `ResourceNotFound`. */
export async function refuseNowhere(context: Context, call: Call, scope: Scope): Promise<void> {
  const [, subscriptionPlace, group, resource] = scope
  if (subscriptionPlace === undefined) return
  const subscriptionId = subscriptionOfArmId(subscriptionPlace) ?? ''
  const compartment = compartmentOfGuid(subscriptionId)
  if ((await context.subscriptions.get(call, compartment, [subscriptionId])) === undefined)
    throw new Problem({ code: 'SubscriptionNotFound', details: { id: subscriptionId } })
  if (group === undefined) return
  if (!group.includes('/resourcegroups/')) throw nothingAt(group)
  if ((await context.resourceGroups.get(call, compartment, [lastOf(group)])) === undefined)
    throw new Problem({ code: 'ResourceGroupNotFound', details: { name: lastOf(group) } })
  if (resource === undefined) return
  const type = resourceTypes.find(known => resource.startsWith(`${group}/providers/${known.type.toLowerCase()}/`))
  const found = await type?.find(context, call, { compartment, path: [resource] })
  if (found === undefined) throw nothingAt(resource)
}

/** The live group or tracked resource with that ARM id, in any case. */
export async function resourceAt(context: Context, call: Call, armId: string): Promise<{ readonly value: ResourceEnvelope } | undefined> {
  const place = armId.toLowerCase()
  const compartment = compartmentOfGuid(subscriptionOfArmId(place) ?? '')
  if (!place.includes('/providers/')) return context.resourceGroups.get(call, compartment, [lastOf(place)])
  const type = resourceTypes.find(known => place.includes(`/providers/${known.type.toLowerCase()}/`))
  return type?.find(context, call, { compartment, path: [place] })
}

function nothingAt(place: string): Problem {
  const type = place.replace(/^.*\/providers\//, '').replace(/\/[^/]*$/, '')
  const name = lastOf(place)
  return new Problem({ code: 'ResourceNotFound', details: { type, name } })
}
