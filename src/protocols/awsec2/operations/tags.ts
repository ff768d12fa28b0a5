import type { Permit } from '#domain/access/permit.ts'
import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { snapshotsIn } from '#domain/volumes/find-snapshot.ts'
import { volumesIn } from '#domain/volumes/list-volumes.ts'
import { snapshotArn, volumeArn } from '#domain/volumes/place.ts'
import type { Volume } from '#domain/volumes/records.ts'
import { addTags, removeTags, type Tagged } from '#domain/volumes/set-tags.ts'
import type { Ask } from '#protocols/http/operation.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { integer, list, optional, structure, text } from '#protocols/aws/schemas.ts'
import { filterOf, filters, shownFilters, type Filtered } from '#protocols/awsec2/filters.ts'
import { pageOf } from '#protocols/awsec2/pages.ts'
import { answer, dryRun, ownedRegion, placeOf } from '#protocols/awsec2/site.ts'
import { tag } from '#protocols/awsec2/tag-specifications.ts'
import { taggedById } from '#protocols/awsec2/tagged.ts'

const resources = { ResourceId: list(text(), { min: 1, max: 1_000 }) }
const shownResources = (ids: readonly string[]) => ({ items: ids.map(resourceId => ({ resourceId })) })

interface Asked<P extends 'volume.tag' | 'volume.untag'> {
  readonly place: RegionOfAccount
  readonly ids: readonly string[]
  readonly tags: Volume['tags']
  readonly permission: P
  readonly permit: Ask
}

/** All that are named, each with its permit: whoever may not does not learn whether one is there. */
async function permitted<P extends 'volume.tag' | 'volume.untag'>(
  context: Context,
  call: Call,
  { place, ids, tags, permission, permit }: Asked<P>,
): Promise<readonly { readonly of: Tagged; readonly permit: Permit<P> }[]> {
  const all: { readonly of: Tagged; readonly permit: Permit<P> }[] = []
  for (const id of new Set(ids)) {
    call.resource = id.startsWith('snap-') ? snapshotArn({ ...place, id }) : volumeArn({ ...place, id })
    const { found, of, missing } = await taggedById(context, call, { place, id, tags })
    const given = permit(permission, found)
    if (of === undefined) throw missing
    all.push({ of, permit: given })
  }
  return all
}

export const createTagsOperation = awsOperation({
  name: 'CreateTags',
  permissions: ['volume.tag'],
  body: { amzQuery: structure({ ...resources, Tag: list(tag, { min: 1, max: 64 }), ...dryRun }) },
  trail: {
    parameters: ({ ResourceId, Tag }) => ({
      resourcesSet: shownResources(ResourceId),
      tagSet: { items: Tag.map(({ Key, Value }) => ({ key: Key, value: Value })) },
    }),
    readOnly: false,
  },
  async handle(context, call, { body, permit, site }) {
    const tags = body.Tag.map(({ Key = '', Value = '' }) => ({ key: Key, value: Value }))
    const asked = { place: placeOf(call, site), ids: body.ResourceId, tags, permission: 'volume.tag', permit } as const
    const all = await permitted(context, call, asked)
    endOfDryRun(body.DryRun)
    for (const one of all) await addTags(context, call, { ...one, tags })
    return answer(call, 'CreateTags', { return: true })
  },
})

export const deleteTagsOperation = awsOperation({
  name: 'DeleteTags',
  permissions: ['volume.untag'],
  body: { amzQuery: structure({ ...resources, Tag: optional(list(tag, { max: 64 })), ...dryRun }) },
  trail: {
    parameters: ({ ResourceId, Tag = [] }) => ({
      resourcesSet: shownResources(ResourceId),
      tagSet: { items: Tag.map(({ Key, Value }) => ({ key: Key, value: Value })) },
    }),
    readOnly: false,
  },
  async handle(context, call, { body, permit, site }) {
    const named = (body.Tag ?? []).map(({ Key = '', Value }) => ({ key: Key, value: Value }))
    const tags = named.map(({ key, value = '' }) => ({ key, value }))
    const asked = { place: placeOf(call, site), ids: body.ResourceId, tags, permission: 'volume.untag', permit } as const
    const all = await permitted(context, call, asked)
    endOfDryRun(body.DryRun)
    for (const one of all) await removeTags(context, call, { ...one, tags: named })
    return answer(call, 'DeleteTags', { return: true })
  },
})

interface ShownTag {
  readonly resourceId: string
  readonly resourceType: 'volume' | 'snapshot'
  readonly key: string
  readonly value: string
}

const tagFilters: Filtered<ShownTag> = {
  tags: ({ key, value }) => [{ key, value }],
  named: {
    key: ({ key }) => [key],
    'resource-id': ({ resourceId }) => [resourceId],
    'resource-type': ({ resourceType }) => [resourceType],
    value: ({ value }) => [value],
  },
}

const pageMax = 1_000

export const describeTagsOperation = awsOperation({
  name: 'DescribeTags',
  permissions: ['volume.describeTags'],
  body: {
    amzQuery: structure({
      ...filters,
      MaxResults: optional(integer({ min: 5, max: pageMax })),
      NextToken: optional(text({ max: 4_096 })),
      ...dryRun,
    }),
  },
  trail: { parameters: ({ Filter, MaxResults }) => ({ filterSet: shownFilters(Filter), maxResults: MaxResults }), readOnly: true },
  async handle(context, call, { body, permit, site }) {
    const { Filter = [], MaxResults = pageMax, NextToken } = body
    const fits = filterOf(tagFilters, Filter)
    const place = placeOf(call, site)
    permit('volume.describeTags', ownedRegion(place))
    endOfDryRun(body.DryRun)
    const bound = { ...place, list: 'DescribeTags' }
    const all: ShownTag[] = []
    for await (const shown of tagsIn(context, call, place)) if (fits(shown)) all.push(shown)
    const { items, nextToken } = pageOf(context, bound, { all, NextToken, MaxResults })
    return answer(call, 'DescribeTags', { tagSet: items.map(({ ...shown }) => shown), nextToken })
  },
})

async function* tagsIn(context: Context, call: Call, place: RegionOfAccount): AsyncGenerator<ShownTag> {
  for await (const { value } of volumesIn(context, call, { ...place, after: -1 }))
    for (const one of value.tags) yield { resourceId: value.id, resourceType: 'volume', ...one }
  for await (const { value } of snapshotsIn(context, call, { ...place, after: -1 }))
    for (const one of value.tags) yield { resourceId: value.id, resourceType: 'snapshot', ...one }
}
