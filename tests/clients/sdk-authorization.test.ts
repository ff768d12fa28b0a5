import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addApplication, azureOf, called, groupId, refusalOf } from './azure.ts'
import { behindInstance } from './behind.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const azure = azureOf(environment, environment.administrator)
const { roleAssignments, roleDefinitions } = azure.authorization
const scope = groupId(environment, environment.resourceGroup)

async function definition(roleName: string): Promise<string> {
  const [found, ...more] = await Array.fromAsync(roleDefinitions.list(scope, { filter: `roleName eq '${roleName}'` }))
  assert.equal(more.length, 0)
  assert(found?.id !== undefined, roleName)
  return found.id
}

describe('@azure/arm-authorization', () => {
  test('roles have their public names, ids and actions', async () => {
    // Ids as published: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
    const published = {
      Owner: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
      Contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
      Reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
      'Key Vault Administrator': '00482a5a-887f-4fb3-b363-3b7fe8e74483',
      'Key Vault Crypto Officer': '14b46e9e-c2b7-41b4-b07b-48a6ebf60603',
      'Key Vault Crypto User': '12338af0-0e69-4776-bea7-57ae8d297424',
      'Key Vault Crypto Service Encryption User': 'e147488a-f6f5-4113-8e2d-b22465e65bf6',
      'Key Vault Reader': '21090545-7ca7-4776-b22c-e363652d74d2',
    }
    for (const [name, id] of Object.entries(published)) assert.equal((await definition(name)).split('/').at(-1), id, name)
    const user = await roleDefinitions.getById(await definition('Key Vault Crypto Service Encryption User'))
    assert.deepEqual(user.permissions?.[0]?.dataActions?.toSorted(), [
      'Microsoft.KeyVault/vaults/keys/read',
      'Microsoft.KeyVault/vaults/keys/unwrap/action',
      'Microsoft.KeyVault/vaults/keys/wrap/action',
    ])
    assert((await Array.fromAsync(roleDefinitions.list(scope))).length > 10)
  })

  test('an assignment is made, read, listed, works, and is taken', async () => {
    const application = await addApplication(instance, called('app'))
    const reader = azureOf(environment, application)
    const name = crypto.randomUUID()
    const roleDefinitionId = await definition('Reader')
    const { objectId: principalId } = application
    const made = await roleAssignments.create(scope, name, { roleDefinitionId, principalId, principalType: 'ServicePrincipal' })
    assert.equal(made.principalId, principalId)
    assert.equal(made.scope, scope)
    assert.equal((await roleAssignments.get(scope, name)).roleDefinitionId, roleDefinitionId)
    const listed = await Array.fromAsync(
      roleAssignments.listForScope(scope, { filter: `principalId eq '${principalId}'` }),
      one => one.name,
    )
    assert.deepEqual(listed, [name])
    assert.equal((await reader.resources.resourceGroups.get(environment.resourceGroup)).name, environment.resourceGroup)
    await roleAssignments.delete(scope, name)
    assert.equal(
      (await refusalOf('reading without the role', reader.resources.resourceGroups.get(environment.resourceGroup))).statusCode,
      403,
    )
    assert.equal((await refusalOf('reading a taken assignment', roleAssignments.get(scope, name))).statusCode, 404)
  })

  test('the same assignment twice, a principal that is not there, a role that is not there: Azure’s own codes', async () => {
    const { objectId: principalId } = await addApplication(instance, called('app'))
    const roleDefinitionId = await definition('Reader')
    const give = async (changes: object) =>
      roleAssignments.create(scope, crypto.randomUUID(), { roleDefinitionId, principalId, principalType: 'ServicePrincipal', ...changes })
    await give({})
    const twice = await refusalOf('giving it twice', give({}))
    assert.deepEqual([twice.statusCode, twice.code], [409, 'RoleAssignmentExists'])
    const nobody = await refusalOf('giving it to nobody', give({ principalId: crypto.randomUUID(), principalType: undefined }))
    assert.deepEqual([nobody.statusCode, nobody.code], [400, 'PrincipalNotFound'])
    const unknown = roleDefinitionId.replace(/[^/]+$/, crypto.randomUUID())
    const nothing = await refusalOf('giving no role', give({ roleDefinitionId: unknown }))
    assert.deepEqual([nothing.statusCode, nothing.code], [404, 'RoleDefinitionDoesNotExist'])
  })

  test('who may not assign roles does not', async () => {
    const application = await addApplication(instance, called('contributor'))
    await azure.assign('Contributor', application.objectId, scope)
    const refused = await refusalOf('giving itself Owner', azureOf(environment, application).assign('Owner', application.objectId, scope))
    assert.deepEqual([refused.statusCode, refused.code], [403, 'AuthorizationFailed'])
  })
})
