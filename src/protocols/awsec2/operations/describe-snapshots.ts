import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { assertSnapshotId, snapshotById, snapshotNotFound, snapshotsIn } from '#domain/volumes/find-snapshot.ts'
import type { Snapshot } from '#domain/volumes/snapshot-records.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { openMarker, sealMarker } from '#protocols/aws/markers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { integer, list, optional, structure, text } from '#protocols/aws/schemas.ts'
import { filterOf, filters, shownFilters } from '#protocols/awsec2/filters.ts'
import { answer, dryRun, ownedRegion, placeOf } from '#protocols/awsec2/site.ts'
import { snapshotFilters, snapshotShape } from '#protocols/awsec2/snapshot-shapes.ts'

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
    const meant = ownedAsAsked(place, body)
    if (ids.length === 0) {
      const page = meant ? await pageOf(context, call, { place, fits, MaxResults, NextToken }) : { snapshotSet: [] }
      return answer(call, 'DescribeSnapshots', page)
    }
    const named = await snapshotsNamed(context, call, { place, ids })
    return answer(call, 'DescribeSnapshots', { snapshotSet: named.filter(one => meant && fits(one)).map(snapshotShape) })
  },
})

/** Nothing is shared with anybody: whoever asks for another's, or for what others may use of it, is told of none. */
function ownedAsAsked(
  { accountId }: RegionOfAccount,
  { Owner, RestorableBy }: { readonly Owner?: readonly string[] | undefined; readonly RestorableBy?: readonly string[] | undefined },
): boolean {
  const itself = (names: readonly string[] | undefined) => names === undefined || names.includes('self') || names.includes(accountId)
  return itself(Owner) && itself(RestorableBy)
}

/** Raises `VolumeInvalid` for the first that is not there. */
async function snapshotsNamed(
  context: Context,
  call: Call,
  { place, ids }: { readonly place: RegionOfAccount; readonly ids: readonly string[] },
): Promise<readonly Snapshot[]> {
  return Promise.all(
    [...new Set(ids)].map(async id => {
      const held = await snapshotById(context, call, { ...place, id })
      if (held === undefined) throw snapshotNotFound(id)
      return held.value
    }),
  )
}

interface Paged {
  readonly place: RegionOfAccount
  readonly fits: (snapshot: Snapshot) => boolean
  readonly MaxResults: number | undefined
  readonly NextToken: string | undefined
}

/** In the order of their making; `nextToken` where there are more. */
async function pageOf(context: Context, call: Call, { place, fits, MaxResults = pageMax, NextToken }: Paged) {
  const bound = { ...place, list: 'DescribeSnapshots' }
  const after = NextToken === undefined ? -1 : Number(openMarker(context, bound, NextToken))
  const page: Snapshot[] = []
  let last: number | undefined
  let nextToken: string | undefined
  for await (const { value, ord } of snapshotsIn(context, call, { ...place, after })) {
    if (!fits(value)) continue
    if (last !== undefined && page.length === MaxResults) {
      nextToken = sealMarker(context, bound, last.toString())
      break
    }
    page.push(value)
    last = ord
  }
  return { snapshotSet: page.map(snapshotShape), nextToken }
}
