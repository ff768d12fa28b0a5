import type { Context } from '#domain/context.ts'
import type { Call } from '#domain/call.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { attachmentOf } from '#domain/volumes/attach-volume.ts'
import { assertVolumeId, volumeById, volumeNotFound, type HeldVolume } from '#domain/volumes/find-volume.ts'
import { volumesIn } from '#domain/volumes/list-volumes.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { openMarker, sealMarker } from '#protocols/aws/markers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { integer, list, optional, structure, text, flag } from '#protocols/aws/schemas.ts'
import { filterOf, filters, shownFilters } from '#protocols/awsec2/filters.ts'
import { answer, dryRun, ownedRegion, placeOf } from '#protocols/awsec2/site.ts'
import { volumeFilters } from '#protocols/awsec2/volume-filters.ts'
import { volumeShape, type ShownVolume } from '#protocols/awsec2/volume-shapes.ts'

const pageMax = 1_000

export const describeVolumesOperation = awsOperation({
  name: 'DescribeVolumes',
  permissions: ['volume.describe'],
  body: {
    amzQuery: structure({
      VolumeId: optional(list(text(), { max: pageMax })),
      ...filters,
      MaxResults: optional(integer({ min: 5, max: pageMax })),
      NextToken: optional(text({ max: 4_096 })),
      IncludeManagedResources: optional(flag),
      ...dryRun,
    }),
  },
  trail: {
    parameters: ({ VolumeId, Filter, MaxResults }) => ({
      volumeSet: { items: (VolumeId ?? []).map(volumeId => ({ volumeId })) },
      filterSet: shownFilters(Filter),
      maxResults: MaxResults,
    }),
    readOnly: true,
  },
  async handle(context, call, { body, permit, site }) {
    const { VolumeId: ids = [], Filter = [] } = body
    assertSound(body)
    const fits = filterOf(volumeFilters, Filter)
    const place = placeOf(call, site)
    permit('volume.describe', ownedRegion(place))
    endOfDryRun(body.DryRun)
    if (ids.length === 0) return answer(call, 'DescribeVolumes', await pageOf(context, call, { place, fits, body }))
    const named = await volumesNamed(context, call, { place, ids })
    const shown = await Promise.all(named.map(async held => shownOf(context, call, held)))
    const volumeSet = shown.filter(fits).map(volumeShape)
    return answer(call, 'DescribeVolumes', { volumeSet })
  },
})

interface Paged {
  readonly VolumeId?: readonly string[] | undefined
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

/** Raises `VolumeInvalid`. */
function assertSound({ VolumeId = [], MaxResults, NextToken }: Paged): void {
  if (VolumeId.length > 0 && (MaxResults ?? NextToken) !== undefined)
    throw invalidVolume('combination', 'The parameter volumeIds cannot be used with the parameter maxResults or nextToken.')
  for (const id of VolumeId) assertVolumeId(id)
}

/** Raises `VolumeNotFound` for the first that is not there. */
async function volumesNamed(
  context: Context,
  call: Call,
  { place, ids }: { readonly place: RegionOfAccount; readonly ids: readonly string[] },
): Promise<readonly HeldVolume[]> {
  return Promise.all(
    [...new Set(ids)].map(async id => {
      const held = await volumeById(context, call, { ...place, id })
      if (held === undefined) throw volumeNotFound(id)
      return held
    }),
  )
}

/** In the order of their making; `nextToken` where there are more. */
async function pageOf(
  context: Context,
  call: Call,
  { place, fits, body }: { readonly place: RegionOfAccount; readonly fits: (shown: ShownVolume) => boolean; readonly body: Paged },
) {
  const { MaxResults = pageMax, NextToken } = body
  const bound = { ...place, list: 'DescribeVolumes' }
  const after = NextToken === undefined ? -1 : Number(openMarker(context, bound, NextToken))
  const page: ShownVolume[] = []
  let last: number | undefined
  let nextToken: string | undefined
  for await (const held of volumesIn(context, call, { ...place, after })) {
    const shown = await shownOf(context, call, held)
    if (!fits(shown)) continue
    if (last !== undefined && page.length === MaxResults) {
      nextToken = sealMarker(context, bound, last.toString())
      break
    }
    page.push(shown)
    last = held.ord
  }
  return { volumeSet: page.map(volumeShape), nextToken }
}

async function shownOf(context: Context, call: Call, held: HeldVolume): Promise<ShownVolume> {
  return { volume: held.value, attachment: (await attachmentOf(context, call, held))?.value }
}
