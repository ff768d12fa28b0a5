import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compartmentId, recordId, scopeOf, type Scope } from '#model/brands.ts'
import { builtInRoles } from '#domain/access/built-in-roles.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { RoleAssignment } from '#domain/access/records.ts'
import type { Held } from '#domain/records/family.ts'
import { attributes } from '#domain/access/known-facts.ts'
import { azureRbac } from './azure-rbac.ts'

const compartment = compartmentId('0'.repeat(32))
const vault = scopeOf([
  '',
  '/subscriptions/s',
  '/subscriptions/s/resourcegroups/g',
  '/subscriptions/s/resourcegroups/g/providers/microsoft.keyvault/vaults/v',
])
const key = scopeOf([...vault, `${vault.at(-1) ?? ''}/keys/k`])
const other = scopeOf([...vault, `${vault.at(-1) ?? ''}/keys/other`])
const roleNamed = (name: string): string => builtInRoles.find(role => role.roleName === name)?.id ?? assert.fail(name)

function assignment(roleName: string, scope: Scope, name = '1'): Held<RoleAssignment> {
  const at = { createdAt: 0, createdBy: '', updatedAt: 0, updatedBy: '' }
  const value = {
    name,
    scopeId: scope.at(-1) ?? '',
    scope,
    roleId: roleNamed(roleName),
    principalId: 'p',
    principalType: 'ServicePrincipal',
    ...at,
  }
  return { id: recordId(compartment, name.padStart(64, '0')), compartment, path: [value.scopeId, name], version: 1, ord: 1, value }
}

function allowed(rbac: ReturnType<typeof azureRbac>, permission: Permission, { on, role }: { on: Scope; role?: string }): boolean {
  return (
    rbac.book({
      who: { id: 'p', kind: 'application' },
      permission,
      on,
      facts: ({ name }) => (name === attributes.roleDefinitionId ? role : undefined),
    })?.allowed === true
  )
}

describe('Azure RBAC', () => {
  test('nobody may do anything without an assignment', () => {
    assert.equal(allowed(azureRbac(builtInRoles), 'key.read', { on: key }), false)
  })

  test('a role holds at its scope and below it, never beside it', () => {
    const rbac = azureRbac(builtInRoles)
    rbac.observe(undefined, assignment('Key Vault Crypto User', key))
    assert.equal(allowed(rbac, 'key.sign', { on: key }), true)
    assert.equal(allowed(rbac, 'key.sign', { on: other }), false)
    assert.equal(allowed(rbac, 'key.list', { on: vault }), false)
    rbac.observe(undefined, assignment('Key Vault Crypto User', scopeOf(['']), '2'))
    assert.equal(allowed(rbac, 'key.sign', { on: other }), true)
  })

  test('an action never grants a data action, not even *', () => {
    const rbac = azureRbac(builtInRoles)
    rbac.observe(undefined, assignment('Owner', scopeOf([''])))
    assert.equal(allowed(rbac, 'vault.delete', { on: vault }), true)
    assert.equal(allowed(rbac, 'key.sign', { on: key }), false)
  })

  test('exceptions subtract from their own role alone', () => {
    const rbac = azureRbac(builtInRoles)
    rbac.observe(undefined, assignment('Contributor', vault))
    assert.equal(allowed(rbac, 'roleAssignment.write', { on: vault }), false)
    rbac.observe(undefined, assignment('User Access Administrator', vault, '2'))
    assert.equal(allowed(rbac, 'roleAssignment.write', { on: vault }), true)
  })

  test('reading an asymmetric key carries what its public half can do, and nothing of the private one', () => {
    const rbac = azureRbac(builtInRoles)
    rbac.observe(undefined, assignment('Key Vault Reader', vault))
    const may = (['key.encrypt', 'key.wrap', 'key.verify', 'key.decrypt', 'key.unwrap', 'key.sign', 'key.update'] as const).filter(
      permission => allowed(rbac, permission, { on: key }),
    )
    assert.deepEqual(may, ['key.encrypt', 'key.wrap', 'key.verify'])
  })

  test('a denial of what carries an action takes the action from who has it by that alone, and from no other', () => {
    const rbac = azureRbac(builtInRoles)
    rbac.denials.observe(undefined, {
      ...assignment('Reader', vault),
      value: {
        name: 'd',
        denyAssignmentName: 'no reading',
        scopeId: '',
        scope: vault,
        doNotApplyToChildScopes: false,
        permissions: [{ actions: [], notActions: [], dataActions: ['*/read'], notDataActions: [] }],
        principals: [{ id: 'p', type: 'ServicePrincipal' }],
        excludePrincipals: [],
        createdAt: 0,
        createdBy: '',
      },
    })
    rbac.observe(undefined, assignment('Key Vault Reader', vault))
    assert.equal(allowed(rbac, 'key.encrypt', { on: key }), false)
    rbac.observe(undefined, assignment('Key Vault Crypto User', vault, '2'))
    assert.equal(allowed(rbac, 'key.encrypt', { on: key }), true)
    assert.equal(allowed(rbac, 'key.read', { on: key }), false)
  })

  test('an assignment that is taken away counts no more', () => {
    const rbac = azureRbac(builtInRoles)
    const given = assignment('Key Vault Crypto User', vault)
    rbac.observe(undefined, given)
    rbac.observe(given, undefined)
    assert.equal(allowed(rbac, 'key.sign', { on: key }), false)
  })

  test('who may delegate certain roles may give those and no others', () => {
    const rbac = azureRbac(builtInRoles)
    rbac.observe(undefined, assignment('Key Vault Data Access Administrator', vault))
    assert.equal(allowed(rbac, 'roleAssignment.write', { on: vault, role: roleNamed('Key Vault Crypto User') }), true)
    assert.equal(allowed(rbac, 'roleAssignment.write', { on: vault, role: roleNamed('Owner') }), false)
    assert.equal(allowed(rbac, 'roleAssignment.write', { on: vault }), false)
  })
})
