import { setArmId } from '#domain/disks/set-place.ts'
import { patchSet } from '#domain/disks/set-disk-encryption-set.ts'
import { identityScope } from '#domain/resources/user-assigned-identities.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { setAnswer } from '#protocols/arm/compute-answers.ts'
import { setPatch } from '#protocols/arm/compute-bodies.ts'
import { askLinked, atSet, ofSet } from '#protocols/arm/compute-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskEncryptionSetPatch = armOperation({
  name: 'DiskEncryptionSetPatch',
  method: 'PATCH',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/diskEncryptionSets/{set}',
  permissions: ['diskSet.write'],
  linked: ['identity.assign'],
  scope: atSet,
  params: ofSet,
  query: anyQuery,
  body: armJson(setPatch),
  async handle(context, call, { site, params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: setArmId(params) })
    const answer = await patchSet(context, call, {
      ...params,
      ...body,
      permit: permit('diskSet.write'),
      mayAssign: identity => askLinked(permit, 'identity.assign', identityScope(identity)),
    })
    return setAnswer(context, call, { site, request, answer })
  },
})
