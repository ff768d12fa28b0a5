import type { Permission } from '#domain/access/permissions.ts'
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
