import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { assertSnapshotId, snapshotNotFound, usableSnapshot, usableSnapshotsIn, type ListPlace } from '#domain/volumes/find-snapshot.ts'
import type { Snapshot } from '#domain/volumes/snapshot-records.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { openMarker, sealMarker } from '#protocols/aws/markers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { integer, list, optional, structure, text } from '#protocols/aws/schemas.ts'
import { filterOf, filters, shownFilters } from '#protocols/awsec2/filters.ts'
import { answer, dryRun, ownedRegion, placeOf } from '#protocols/awsec2/site.ts'
import { seenBy, snapshotFilters, snapshotShape } from '#protocols/awsec2/snapshot-shapes.ts'

const pageMax = 1_000

export const describeSnapshotsOperation = awsOperation({
  name: 'DescribeSnapshots',
  permissions: ['snapshot.describe'],
  body: {
    amzQuery: structure({
      SnapshotId: optional(list(text(), { max: pageMax })),
      Owner: optional(list(text(), { max: 100 })),
      RestorableBy: optional(list(text(), { max: 100 })),
      ...filters,
      MaxResults: optional(integer({ min: 5, max: pageMax })),
      NextToken: optional(text({ max: 4_096 })),
      ...dryRun,
    }),
  },
  trail: {
    parameters: ({ SnapshotId = [], Owner = [], RestorableBy = [], Filter, MaxResults }) => ({
      snapshotSet: { items: SnapshotId.map(snapshotId => ({ snapshotId })) },
      ownersSet: { items: Owner.map(owner => ({ owner })) },
      sharedUsersSet: { items: RestorableBy.map(user => ({ user })) },
      filterSet: shownFilters(Filter),
      maxResults: MaxResults,
    }),
    readOnly: true,
  },
  async handle(context, call, { body, permit, site }) {
    const { SnapshotId: ids = [], Filter = [], MaxResults, NextToken } = body
    if (ids.length > 0 && (MaxResults ?? NextToken) !== undefined)
      throw invalidVolume('combination', 'The parameter snapshotIds cannot be used with the parameter maxResults or nextToken.')
    for (const id of ids) assertSnapshotId(id)
    const fits = filterOf(snapshotFilters, Filter)
    const place = placeOf(call, site)
    permit('snapshot.describe', ownedRegion(place))
    endOfDryRun(body.DryRun)
    const meant = asAsked(place, body)
    const shown = (snapshot: Snapshot): boolean => meant(snapshot) && fits(snapshot)
    if (ids.length === 0) return answer(call, 'DescribeSnapshots', await pageOf(context, call, { place, shown, MaxResults, NextToken }))
    const named = await snapshotsNamed(context, call, { place, ids })
    return answer(call, 'DescribeSnapshots', { snapshotSet: named.filter(shown).map(snapshotShape) })
  },
})

interface Whose {
  readonly Owner?: readonly string[] | undefined
  readonly RestorableBy?: readonly string[] | undefined
}

/** Whose they are, and who may use them: `self` is who asks, `all` everybody. */
function asAsked({ accountId: self }: RegionOfAccount, { Owner, RestorableBy }: Whose): (snapshot: Snapshot) => boolean {
  const named = (names: readonly string[] | undefined) => names && new Set(names.map(name => (name === 'self' ? self : name)))
  const [owners, users] = [named(Owner), named(RestorableBy)]
  return ({ accountId, sharedWith = [] }) => {
    const own = owners?.has(accountId) ?? true
    return own && (users === undefined || users.has(accountId) || sharedWith.some(whom => users.has(whom)))
  }
}

/** Raises `VolumeInvalid` for the first that is not there. */
async function snapshotsNamed(
  context: Context,
  call: Call,
  { place, ids }: { readonly place: RegionOfAccount; readonly ids: readonly string[] },
): Promise<readonly Snapshot[]> {
  return Promise.all(
    [...new Set(ids)].map(async id => {
      const held = await usableSnapshot(context, call, { ...place, id })
      if (held === undefined) throw snapshotNotFound(id)
      return seenBy(place.accountId, held.value)
    }),
  )
}

interface Paged {
  readonly place: RegionOfAccount
  readonly shown: (snapshot: Snapshot) => boolean
  readonly MaxResults: number | undefined
  readonly NextToken: string | undefined
}

const lists: readonly ListPlace['list'][] = ['own', 'shared', 'public']

/** Raises `MarkerInvalid`. */
function placeIn(text: string): ListPlace {
  const [name, after = ''] = text.split(':')
  const list = lists.find(one => one === name)
  if (list === undefined) throw new Problem({ code: 'MarkerInvalid' })
  return { list, after: Number(after) }
}

/** `nextToken` where there are more. */
async function pageOf(context: Context, call: Call, { place, shown, MaxResults = pageMax, NextToken }: Paged) {
  const bound = { ...place, list: 'DescribeSnapshots' }
  const from = NextToken === undefined ? ({ list: 'own', after: -1 } as const) : placeIn(openMarker(context, bound, NextToken))
  const page: Snapshot[] = []
  let last: ListPlace | undefined
  let nextToken: string | undefined
  for await (const { value, place: at } of usableSnapshotsIn(context, call, { ...place, from })) {
    const seen = seenBy(place.accountId, value)
    if (!shown(seen)) continue
    if (last !== undefined && page.length === MaxResults) {
      nextToken = sealMarker(context, bound, `${last.list}:${last.after}`)
      break
    }
    page.push(seen)
    last = at
  }
  return { snapshotSet: page.map(snapshotShape), nextToken }
}
