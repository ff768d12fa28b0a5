import type { Permit } from '#domain/access/permit.ts'
import { assertPermits } from '#domain/access/permit.ts'
import { regionCompartment, regionForWriting, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { regionScope } from './place.ts'
import type { VolumeDefaults } from './records.ts'

const nothing: VolumeDefaults = { encrypted: false }

/** What a Region of an account does to new volumes. */
export async function volumeDefaultsOf(
  context: Needs<'volumeDefaults' | 'accountRegions' | 'instance'>,
  call: Call,
  place: RegionOfAccount,
): Promise<VolumeDefaults> {
  const compartment = await regionCompartment(context, call, place)
  const held = compartment && (await context.volumeDefaults.get(call, compartment, ['volumes']))
  return held?.value ?? nothing
}

type DefaultsPermit = Permit<
  'volumeDefaults.enableEncryption' | 'volumeDefaults.disableEncryption' | 'volumeDefaults.writeKey' | 'volumeDefaults.resetKey'
>

/** Volumes that are there stay as they are. `keyArn: null`: the key that the account has for the service. */
export async function setVolumeDefaults(
  context: Needs<'volumeDefaults' | 'accountRegions' | 'instance' | 'ground'>,
  call: Call,
  {
    permit,
    place,
    encrypted,
    keyArn,
  }: {
    readonly permit: DefaultsPermit
    readonly place: RegionOfAccount
    readonly encrypted?: boolean
    readonly keyArn?: string | null
  },
): Promise<void> {
  assertPermits(permit, regionScope(place))
  const compartment = await regionForWriting(context, call, place)
  const held = await context.volumeDefaults.get(call, compartment, ['volumes'])
  const before = held?.value ?? nothing
  const key = keyArn === undefined ? before.keyArn : (keyArn ?? undefined)
  const value: VolumeDefaults = { encrypted: encrypted ?? before.encrypted, ...(key !== undefined && { keyArn: key }) }
  if (held === undefined) context.volumeDefaults.create(call, compartment, { path: ['volumes'], value })
  else context.volumeDefaults.update(call, held, value)
}
