import type { CompartmentId } from '#model/brands.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { rootScope } from '#domain/resources/scopes.ts'

/** What the root key wraps: a key of its own for each of whom things are kept, in one or more generations. */
export interface CompartmentOf {
  readonly kind: 'installation' | 'tenant' | 'subscription' | 'vault' | 'deletedVault' | 'account' | 'accountRegion'
  /** As `rotate compartment` takes it: a vault's name, an id, an account's number, or that and a Region. */
  readonly name: string
  readonly compartment: CompartmentId
  /** Generations of its key that open something, the one that is sealed under last; more than one while it is rotated. */
  readonly terms: readonly number[]
}

type HierarchyNeeds = Needs<
  'identity' | 'subscriptions' | 'vaults' | 'deletedVaults' | 'accounts' | 'accountRegions' | 'instance' | 'ground'
>

/** Every compartment that there is, from the installation's down to those of vaults and Regions; names and numbers alone. */
export function hierarchyOf(context: HierarchyNeeds, permit: Permit<'instance.read'>): readonly CompartmentOf[] {
  assertPermits(permit, rootScope)
  const { barrier } = context.ground
  return owners(context)
    .filter(({ compartment }) => barrier.has(compartment))
    .map(({ kind, name, compartment }) => ({
      kind,
      name,
      compartment,
      terms: barrier.termsOf(compartment).toSorted((one, other) => one - other),
    }))
}

type Owner = Omit<CompartmentOf, 'terms'>

function owners(context: HierarchyNeeds): readonly Owner[] {
  const { identity, subscriptions, vaults, deletedVaults, accounts, accountRegions, instance } = context
  return [
    { kind: 'installation', name: 'installation', compartment: instance.installation },
    ...identity.index.tenants().map(({ value: { tenantId: name }, compartment }): Owner => ({ kind: 'tenant', name, compartment })),
    ...subscriptions
      .peek()
      .map(({ value: { subscriptionId: name } }): Owner => ({ kind: 'subscription', name, compartment: compartmentOfGuid(name) })),
    ...vaults.peek().map(({ value: { name, compartment } }): Owner => ({ kind: 'vault', name, compartment })),
    ...deletedVaults.peek().map(
      ({
        value: {
          vault: { name, compartment },
        },
      }): Owner => ({ kind: 'deletedVault', name, compartment }),
    ),
    ...accounts.peek().map(({ value: { id: name, compartment } }): Owner => ({ kind: 'account', name, compartment })),
    ...accountRegions.peek().map(({ value: { accountId, region, compartment } }): Owner => ({
      kind: 'accountRegion',
      name: `${accountId}/${region}`,
      compartment,
    })),
  ]
}
