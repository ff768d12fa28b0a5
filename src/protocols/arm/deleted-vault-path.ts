import { z } from 'zod'
import { location, subscriptionId, vault } from './params.ts'

/** A deleted vault in its path: subscription, location and name. */
export const ofDeletedVault = z.object({ subscriptionId, location, vault }).transform(({ vault, ...rest }) => ({ ...rest, name: vault }))

export const deletedVaultPath = '/subscriptions/{subscriptionId}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{vault}'

export const deletedVaultId = ({ subscriptionId, location, name }: z.output<typeof ofDeletedVault>): string =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.KeyVault/locations/${location}/deletedVaults/${name}`
