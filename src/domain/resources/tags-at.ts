import { Problem } from '#model/problem.ts'
import type { CompartmentId, Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { changedNow } from './envelope.ts'
import { refuseNowhere } from './find-place.ts'
import { resourceTypes } from './group-contents.ts'
import { subscriptionOfArmId } from './scopes.ts'
import { checkedTags } from './tags.ts'

type Tags = Readonly<Record<string, string>>

/** Where tags stand: a subscription, a group, a resource of any type. */
interface Tagged {
  readonly tags: Tags
  set(tags: Tags): Promise<void>
}

/** What has tags at a scope. Raises `ResourceNotFound` and its kin, and `ArmRefused` for what lies inside a resource. */
async function taggedAt(context: Context, call: Call, scope: Scope): Promise<Tagged> {
  await refuseNowhere(context, call, scope)
  const [, subscriptionPlace = '', groupPlace, resourcePlace, deeper] = scope
  const subscriptionId = subscriptionOfArmId(subscriptionPlace)
  if (subscriptionId === undefined || deeper !== undefined) throw notTagged()
  const compartment = compartmentOfGuid(subscriptionId)
  const found =
    groupPlace === undefined
      ? await subscriptionTags(context, call, subscriptionId)
      : resourcePlace === undefined
        ? await groupTags(context, call, { compartment, path: [groupPlace.slice(groupPlace.lastIndexOf('/') + 1)] })
        : await resourceTags(context, call, { compartment, path: [resourcePlace] })
  return found ?? notTaggedHere()
}

const notTaggedHere = (): never => {
  throw notTagged()
}

interface Place {
  readonly compartment: CompartmentId
  readonly path: readonly [string]
}

async function subscriptionTags({ subscriptions }: Context, call: Call, id: string): Promise<Tagged | undefined> {
  const held = await subscriptions.get(call, compartmentOfGuid(id), [id])
  return (
    held && { tags: held.value.tags ?? {}, set: async tags => void subscriptions.update(call, held, { ...held.value, tags: { ...tags } }) }
  )
}

async function groupTags({ resourceGroups }: Context, call: Call, at: Place): Promise<Tagged | undefined> {
  const held = await resourceGroups.get(call, at.compartment, at.path)
  return (
    held && {
      tags: held.value.tags,
      set: async tags => void resourceGroups.update(call, held, { ...held.value, ...changedNow(call), tags: { ...tags } }),
    }
  )
}

async function resourceTags(context: Context, call: Call, at: Place): Promise<Tagged | undefined> {
  const type = resourceTypes.find(known => at.path[0].includes(`/providers/${known.type.toLowerCase()}/`))
  const held = await type?.find(context, call, at)
  return type && held && { tags: held.value.tags, set: async tags => type.retag(context, call, { ...at, tags }) }
}

const notTagged = (): Problem =>
  new Problem({
    code: 'ArmRefused',
    details: { status: 400, code: 'InvalidTagScope', message: 'Tags stand on subscriptions, resource groups and tracked resources.' },
  })

export const readTags = async (context: Context, call: Call, scope: Scope): Promise<Tags> => (await taggedAt(context, call, scope)).tags

export interface TagChange {
  readonly operation: 'Merge' | 'Replace' | 'Delete'
  readonly tags: Tags
}

/** Answers the tags as they are then. `Delete` takes away those that are named with their value. Raises `ArmRefused`. */
export async function changeTags(
  context: Context,
  call: Call,
  { scope, operation, tags }: TagChange & { readonly scope: Scope },
): Promise<Tags> {
  const tagged = await taggedAt(context, call, scope)
  const after = checkedTags(combined(tagged.tags, { operation, tags }))
  await tagged.set(after)
  return after
}

/** Names compare without case, and keep the case that they had. */
function combined(before: Tags, { operation, tags }: TagChange): Tags {
  if (operation === 'Replace') return tags
  const after = new Map(Object.entries(before))
  for (const [name, value] of Object.entries(tags)) {
    const known = [...after.keys()].find(one => one.toLowerCase() === name.toLowerCase())
    if (operation === 'Merge') after.set(known ?? name, value)
    else if (known !== undefined && after.get(known) === value) after.delete(known)
  }
  return Object.fromEntries(after)
}
