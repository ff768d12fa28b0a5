import type { Permission } from '#domain/access/permissions.ts'
import type { OfferedOperation } from '#domain/access/try-operations.ts'
import { operations as ofAccounts } from '#protocols/awskms/operations/index.ts'
import { operations as ofVaults } from '#protocols/keyvault/operations/index.ts'

/** What is asked before a key's material is touched. */
const uses: ReadonlySet<Permission> = new Set<Permission>([
  'key.encrypt',
  'key.decrypt',
  'key.sign',
  'key.verify',
  'key.wrap',
  'key.unwrap',
  'key.release',
  'accountKey.encrypt',
  'accountKey.decrypt',
  'accountKey.reEncryptFrom',
  'accountKey.generateDataKey',
  'accountKey.generateDataKeyWithoutPlaintext',
  'accountKey.generateDataKeyPair',
  'accountKey.generateDataKeyPairWithoutPlaintext',
  'accountKey.sign',
  'accountKey.verify',
  'accountKey.generateMac',
  'accountKey.verifyMac',
  'accountKey.deriveSharedSecret',
  'accountKey.encapsulate',
  'accountKey.decapsulate',
])

const names: ReadonlySet<string> = new Set(
  [...ofVaults, ...ofAccounts].flatMap(({ name, permissions }) =>
    typeof permissions !== 'string' && permissions.some(permission => uses.has(permission)) ? [name] : [],
  ),
)

export const isKeyUse = (operation: string): boolean => names.has(operation)

const asked = ({ permissions }: { readonly permissions: OfferedOperation['permissions'] | string }): readonly Permission[] =>
  typeof permissions === 'string' ? [] : permissions

/** Operations that ask for something, by what they ask. */
export const offeredOperations: readonly OfferedOperation[] = [
  ...ofVaults.map(one => ({ name: one.name, of: 'vault' as const, permissions: asked(one) })),
  ...ofAccounts.map(one => ({ name: one.name, of: 'account' as const, permissions: asked(one) })),
].filter(({ permissions }) => permissions.length > 0)
