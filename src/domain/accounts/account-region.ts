import { compartmentId, type CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'

export interface RegionOfAccount {
  readonly accountId: string
  readonly region: string
}

/** Where keys of an account in a Region stand; `undefined` while there are none. */
export async function regionCompartment(
  { accountRegions, instance }: Needs<'accountRegions' | 'instance'>,
  call: Call,
  { accountId, region }: RegionOfAccount,
): Promise<CompartmentId | undefined> {
  const held = await accountRegions.get(call, instance.installation, [accountId, region])
  return held?.value.compartment
}

/** The same, made with its key where it is the first. */
export async function regionForWriting(
  context: Needs<'accountRegions' | 'instance' | 'ground'>,
  call: Call,
  place: RegionOfAccount,
): Promise<CompartmentId> {
  const already = await regionCompartment(context, call, place)
  if (already !== undefined) return already
  const { ground, instance, accountRegions } = context
  const { accountId, region } = place
  // Once: what is sealed in one try must open in the next.
  const key = await call.once(`compartment of ${accountId} in ${region}`, async () =>
    Promise.resolve(ground.barrier.newCompartment(compartmentId(Buffer.from(ground.random.bytes(16)).toString('hex')))),
  )
  call.materials.push({ compartmentKey: key })
  accountRegions.create(call, instance.installation, { path: [accountId, region], value: { ...place, compartment: key.compartment } })
  return key.compartment
}
