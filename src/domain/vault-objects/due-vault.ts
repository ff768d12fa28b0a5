import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Vault } from '#domain/resources/records.ts'

/** The vault whose objects lie in a compartment: a live one, or a deleted one, whose purge clocks go on (key-vault.md 5). */
export function vaultOfCompartment(
  { vaults, deletedVaults }: Needs<'vaults' | 'deletedVaults'>,
  call: Call,
  compartment: CompartmentId,
): { readonly vault: Vault; readonly live: boolean } | undefined {
  const live = vaults.peek().find(held => held.value.compartment === compartment)
  const deleted = live === undefined ? deletedVaults.peek().find(held => held.value.vault.compartment === compartment) : undefined
  const held = live ?? deleted
  if (held !== undefined) call.reads.add(held.id)
  if (live !== undefined) return { vault: live.value, live: true }
  return deleted === undefined ? undefined : { vault: deleted.value.vault, live: false }
}
