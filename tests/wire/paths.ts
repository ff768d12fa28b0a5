import assert from 'node:assert/strict'
import { tenantId } from '#domain/identity/testing.ts'
import { groupId, subscriptionId, vault, type AnyOperation } from './house.ts'

const id = '77777777-7777-4777-8777-777777777777'

/** What stands in an operation's path for each parameter. An operation with a new one adds a line. */
const values: Readonly<Record<string, string>> = {
  subscriptionId,
  accountId: '111122223333',
  group: 'rg',
  vault,
  key: 'every',
  secret: 's',
  keyVersion: id.replaceAll('-', ''),
  name: 'every',
  identity: 'an-identity',
  set: 'a-set',
  disk: 'a-disk',
  namespace: 'Microsoft.KeyVault',
  how: 'add',
  provider: 'Microsoft.Compute',
  location: 'local',
  operation: id,
  roleDefinition: id,
  roleAssignment: id,
  denyAssignment: id,
  tenant: tenantId,
  id,
  idOrName: id,
  lock: 'a-lock',
  eventSubscription: 'a-subscription',
  resource: 'a-resource',
  machine: 'a-machine',
  network: 'a-network',
  subnet: 'a-subnet',
  interface: 'an-interface',
  endpoint: 'an-endpoint',
  connection: 'a-connection',
  objects: 'groups',
  credential: 'a-credential',
  owned: 'groups',
  member: id,
  assignmentId: id,
  owner: id,
  user: 'someone@contoso.example',
  keyed: `applications(appId='${id}')`,
}

/** A path that the operation answers for; optional parameters are left out. */
export function pathOf({ path }: AnyOperation): string {
  return path
    .replace('/{scope*}', groupId)
    .replaceAll(/\/\{\w+\?\}/g, '')
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? assert.fail(`no value for {${name}} in ${path}`))
}
