import type { Context } from '#domain/context.ts'
import type { Call } from '#domain/call.ts'
import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { assertInstanceId, attachmentOf, attachVolume, detachVolume, type HeldAttachment } from '#domain/volumes/attach-volume.ts'
import { assertVolumeId, volumeById, volumeNotFound, type HeldVolume } from '#domain/volumes/find-volume.ts'
import { instanceArn, instanceScope, volumeArn } from '#domain/volumes/place.ts'
import { volumeFacts } from '#domain/volumes/volume-tags.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { requestFacts } from '#domain/account-keys/key-facts.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Ask } from '#protocols/http/operation.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { flag, optional, structure, text } from '#protocols/aws/schemas.ts'
import { answer, dryRun, ownedVolume, placeOf } from '#protocols/awsec2/site.ts'
import { attachmentShape } from '#protocols/awsec2/volume-shapes.ts'

export const attachVolumeOperation = awsOperation({
  name: 'AttachVolume',
  permissions: ['volume.attach'],
  body: { amzQuery: structure({ VolumeId: text(), InstanceId: text(), Device: text({ min: 1, max: 64 }), ...dryRun }) },
  trail: { parameters: ['volumeId', 'instanceId', 'device'], readOnly: false },
  async handle(context, call, { body, permit, site }) {
    const { VolumeId: id, InstanceId: instanceId, Device: device } = body
    assertInstanceId(instanceId)
    const place = placeOf(call, site)
    const asked = await askedOf(context, call, { place, id, permit, permission: 'volume.attach' })
    permit('volume.attach', ownedInstance(place, instanceId))
    endOfDryRun(body.DryRun)
    const attachment = await attachVolume(context, call, { ...asked, instanceId, device })
    return answer(call, 'AttachVolume', attachmentShape(attachment.value, 'attached'))
  },
})

export const detachVolumeOperation = awsOperation({
  name: 'DetachVolume',
  permissions: ['volume.detach'],
  body: {
    amzQuery: structure({
      VolumeId: text(),
      InstanceId: optional(text()),
      Device: optional(text()),
      Force: optional(flag),
      ...dryRun,
    }),
  },
  trail: { parameters: ['volumeId', 'instanceId', 'device', 'force'], readOnly: false },
  async handle(context, call, { body, permit, site }) {
    if (body.InstanceId !== undefined) assertInstanceId(body.InstanceId)
    const place = placeOf(call, site)
    const asked = await askedOf(context, call, { place, id: body.VolumeId, permit, permission: 'volume.detach' })
    const attachment = await attachmentOf(context, call, asked.volume)
    if (attachment !== undefined) permit('volume.detach', ownedInstance(place, attachment.value.instanceId))
    endOfDryRun(body.DryRun)
    assertMeant(asked.volume, { attachment, InstanceId: body.InstanceId, Device: body.Device })
    if (attachment === undefined) throw notAttached(asked.volume)
    await detachVolume(context, call, { ...asked, attachment })
    return answer(call, 'DetachVolume', attachmentShape(attachment.value, 'detached'))
  },
})

/** The volume that is named, with the permit for it: whoever may not does not learn whether it is there. */
async function askedOf<P extends 'volume.attach' | 'volume.detach'>(
  context: Context,
  call: Call,
  { place, id, permit, permission }: { readonly place: RegionOfAccount; readonly id: string; readonly permit: Ask; readonly permission: P },
): Promise<{ readonly permit: Permit<P>; readonly volume: HeldVolume }> {
  assertVolumeId(id)
  call.resource = volumeArn({ ...place, id })
  const volume = await volumeById(context, call, { ...place, id })
  const given = permit(permission, ownedVolume({ ...place, id }, volumeFacts(place.region, volume?.value)))
  if (volume === undefined) throw volumeNotFound(id)
  return { permit: given, volume }
}

/** Both are asked for: what is attached, and what to. */
const ownedInstance = (place: RegionOfAccount, id: string) => ({
  on: instanceScope({ ...place, id }),
  owned: { account: place.accountId, arn: instanceArn({ ...place, id }), kind: 'account', facts: requestFacts(place.region) } as const,
})

const notAttached = ({ value: { id } }: HeldVolume) => invalidVolume('state', `Volume '${id}' is in the 'available' state.`)

function assertMeant(
  { value: { id } }: HeldVolume,
  asked: {
    readonly attachment: HeldAttachment | undefined
    readonly InstanceId?: string | undefined
    readonly Device?: string | undefined
  },
): void {
  const { attachment, InstanceId, Device } = asked
  if (attachment === undefined) return
  const { instanceId, device } = attachment.value
  if ((InstanceId ?? instanceId) !== instanceId || (Device ?? device) !== device)
    throw invalidVolume(
      'attachment',
      `The volume '${id}' is not attached to instance '${InstanceId ?? instanceId}' as device '${Device ?? device}'.`,
    )
}
