import { disksUnder } from '#domain/disks/rewrap.ts'
import { setNamed } from '#domain/disks/set-place.ts'
import { armList } from '#protocols/arm/lists.ts'
import { atSet, ofSet } from '#protocols/arm/compute-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** A page of ids, where other lists hold resources. */
const listAssociated = (name: string, method: 'GET' | 'POST') =>
  armOperation({
    name,
    method,
    path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/diskEncryptionSets/{set}/associatedResources',
    permissions: ['diskSet.read'],
    scope: atSet,
    params: ofSet,
    query: anyQuery,
    body: { none: true },
    async handle(context, call, { site, params, request }) {
      const set = await setNamed(context, call, params)
      const disks = await disksUnder(context, call, { set, after: -1, limit: Number.MAX_SAFE_INTEGER })
      // On the wire each is its id alone.
      return armList(
        site,
        request,
        disks.map(({ value: { id } }) => ({ id, toJSON: () => id })),
      )
    },
  })

/** az and the SDKs ask by GET, the service's own first description by POST (identity-and-arm.md 3.2). */
export const diskEncryptionSetListAssociated = listAssociated('DiskEncryptionSetListAssociated', 'GET')
export const diskEncryptionSetListAssociatedByPost = listAssociated('DiskEncryptionSetListAssociatedByPost', 'POST')
