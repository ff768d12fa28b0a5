import type { Vault } from '#domain/resources/records.ts'
import { bad, checked, good, note, type Checked } from './item.ts'

/** Purge protection, one model, and who may come near. */
export function checkedVault(vault: Vault): Checked {
  const { name, networkAcls, publicNetworkAccess } = vault
  const update = (flag: string): readonly string[] => [`az keyvault update -n ${name} ${flag}`]
  return checked({ kind: 'vault', id: vault.id, name }, [
    vault.enablePurgeProtection
      ? good('purge', `purge protection, ${vault.softDeleteRetentionInDays} d`)
      : bad('purge', 'no purge protection: what is deleted can be destroyed at once', update('--enable-purge-protection true')),
    vault.enableRbacAuthorization
      ? good('model', 'goes by roles')
      : bad('model', 'goes by access policies', update('--enable-rbac-authorization true')),
    publicNetworkAccess === 'Disabled' || networkAcls?.defaultAction === 'Deny'
      ? good('network', 'closed to addresses that are not named')
      : note('network', 'open to every address that reaches it', update('--default-action Deny')),
  ])
}
