import { setNamed } from '#domain/disks/set-place.ts'
import { json } from '#protocols/http/answer.ts'
import { atSet, ofSet, setShape } from '#protocols/arm/compute-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { etagOf } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskEncryptionSetGet = armOperation({
  name: 'DiskEncryptionSetGet',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/diskEncryptionSets/{set}',
  permissions: ['diskSet.read'],
  scope: atSet,
  params: ofSet,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { params }) {
    const set = await setNamed(context, call, params)
    return json(200, setShape(context, set), etagOf(set))
  },
})
