import type { Call } from '#domain/call.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import type { CreatingNeeds } from './create-account-key.ts'
import { keyAliasByName, type FindingNeeds } from './find-account-key.ts'
import { managedKey } from './managed-keys.ts'

/** The account's key for a service, made in a commit of its own: what is made opens only when it is there. Raises what making it raises. */
export async function bringServiceKey(
  context: CreatingNeeds & FindingNeeds,
  call: Call,
  { alias, ...place }: RegionOfAccount & { readonly alias: string },
): Promise<void> {
  if ((await keyAliasByName(context, call, { ...place, name: alias })) !== undefined) return
  const end = await performAsSystem(context, {
    operation: 'CreateServiceKey',
    resource: `${alias} of ${place.accountId} in ${place.region}`,
    run: async one => (await managedKey(context, one, { ...place, alias })) !== undefined,
  })
  if ('failed' in end) throw end.failed
}
