import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compartmentOfGuid } from '#domain/instance.ts'
import { system } from '#model/principal.ts'
import { scopeOfText } from '#protocols/azure/arm-ids.ts'
import { listIn, objectIn, textIn } from '#protocols/http/testing.ts'
import {
  armWire,
  assignmentBody,
  assignmentPath,
  groupId,
  propertiesOf,
  refusal,
  roles,
  subscriptionId,
  vaultBody,
  vaultPath,
  type ArmWire,
} from './testing.ts'

const guid = (digit: string): string => `${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(12)}`
const subscription = `/subscriptions/${subscriptionId}`
const definitionPath = (id: string, scope = groupId) => `${scope}/providers/Microsoft.Authorization/roleDefinitions/${id}`

interface Said {
  readonly roleName?: string
  readonly type?: string
  readonly description?: string
  readonly assignableScopes?: readonly unknown[]
  readonly permissions?: readonly object[]
}
const roleBody = (said: Said = {}): object => ({
  properties: {
    roleName: 'Signer',
    type: 'CustomRole',
    assignableScopes: [groupId],
    permissions: [{ actions: ['Microsoft.KeyVault/vaults/read'], notActions: [], dataActions: [], notDataActions: [] }],
    ...said,
  },
})

async function withVault(): Promise<ArmWire> {
  const wire = await armWire()
  await wire.owner('PUT', vaultPath('kv-1'), vaultBody())
  return wire
}

describe('a custom role', () => {
  test('is made, found, changed for all who hold it at the next request, and goes when nobody does', async () => {
    const { owner, caller, assign } = await withVault()
    const made = await owner('PUT', definitionPath(guid('a')), roleBody())
    assert.equal(made.status, 201, made.text)
    assert.deepEqual(
      [made.json['name'], propertiesOf(made)['type'], propertiesOf(made)['assignableScopes']],
      [guid('a'), 'CustomRole', [groupId]],
    )
    const someone = await caller('someone')
    const held = await assign(guid('a'), someone, vaultPath('kv-1'))
    assert.equal((await someone('GET', vaultPath('kv-1'))).status, 200)
    const changed = await owner('PUT', definitionPath(guid('a')), roleBody({ permissions: [{ actions: ['Microsoft.Compute/*'] }] }))
    assert.equal(changed.status, 201)
    assert.equal((await someone('GET', vaultPath('kv-1'))).status, 403)
    assert.deepEqual(refusal(await owner('DELETE', definitionPath(guid('a')))), [400, 'RoleDefinitionHasAssignments'])
    await owner('DELETE', held)
    assert.equal((await owner('DELETE', definitionPath(guid('a')))).status, 200)
    assert.equal((await owner('DELETE', definitionPath(guid('a')))).status, 204)
    assert.deepEqual(refusal(await owner('GET', definitionPath(guid('a')))), [404, 'RoleDefinitionDoesNotExist'])
  })

  test('is refused where no provider has its action, or has it on the other plane', async () => {
    const { owner } = await withVault()
    const put = async (permission: object) => owner('PUT', definitionPath(guid('a')), roleBody({ permissions: [permission] }))
    const unknown = [
      'nonsense',
      'Microsoft.KeyVault/vaults/frobnicate/action',
      'Microsoft.KeyVault/vaults/keys/encrypt/action',
      'Microsoft.KeyVault/voults/*',
      'Compute/disks/read',
      'Microsoft.Compute/disks/frobnicate',
    ]
    for (const action of unknown) {
      for (const list of ['actions', 'notActions']) {
        const refused = await put({ actions: ['*/read'], [list]: [action] })
        assert.deepEqual(refusal(refused), [400, 'InvalidActionOrNotAction'], action)
        assert.equal(
          objectIn(refused.json['error'])['message'],
          `'${action}' does not match any of the actions supported by the providers.`,
        )
      }
    }
    for (const action of ['Microsoft.KeyVault/vaults/keys/frob/action', 'Microsoft.KeyVault/vaults/write'])
      assert.deepEqual(refusal(await put({ dataActions: [action] })), [400, 'InvalidDataActionOrNotDataAction'], action)
    assert.equal((await owner('GET', definitionPath(guid('a')))).status, 404)
    const known = [
      '*',
      '*/read',
      'Microsoft.KeyVault/*/read',
      'microsoft.keyvault/VAULTS/*',
      'Microsoft.*/register/action',
      'Microsoft.Web/sites/restart/Action',
    ]
    assert.equal((await put({ actions: known, notActions: known })).status, 201)
    const data = [
      '*',
      'Microsoft.KeyVault/vaults/*',
      'Microsoft.KeyVault/vaults/secrets/getsecret/action',
      'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*',
    ]
    assert.equal((await put({ dataActions: data, notDataActions: data })).status, 201)
  })

  test('is listed by name and kind, where it may be given and above', async () => {
    const { owner } = await withVault()
    await owner('PUT', `${groupId}2`, { location: 'local' })
    await owner('PUT', definitionPath(guid('a')), roleBody())
    const listed = async (scope: string, filter: string) => {
      const path = `${scope}/providers/Microsoft.Authorization/roleDefinitions?$filter=${encodeURIComponent(filter)}`
      return listIn((await owner('GET', path)).json['value']).map(one => textIn(objectIn(one['properties'])['roleName']))
    }
    for (const scope of [groupId, subscription, vaultPath('kv-1')])
      assert.deepEqual(await listed(scope, "type eq 'CustomRole'"), ['Signer'])
    assert.deepEqual(await listed(`${groupId}2`, "type eq 'CustomRole'"), [])
    assert.deepEqual(await listed(groupId, "roleName eq 'SIGNER'"), ['Signer'])
    assert.ok(!(await listed(groupId, "type eq 'BuiltInRole'")).includes('Signer'))
  })

  test('that cannot be is refused', async () => {
    const { owner } = await withVault()
    await owner('PUT', definitionPath(guid('a')), roleBody())
    const condition = { actions: ['*'], condition: 'nonsense', conditionVersion: '2.0' }
    const cases: readonly (readonly [body: object, status: number, code: string])[] = [
      [roleBody(), 409, 'RoleDefinitionWithSameNameExists'],
      [roleBody({ roleName: 'sIGNER' }), 409, 'RoleDefinitionWithSameNameExists'],
      [roleBody({ roleName: 'key vault reader' }), 409, 'RoleDefinitionWithSameNameExists'],
      [roleBody({ roleName: 'x', type: 'BuiltInRole' }), 400, 'InvalidRequestContent'],
      [roleBody({ roleName: 'x', assignableScopes: [] }), 400, 'InvalidRequestContent'],
      [roleBody({ roleName: 'x', assignableScopes: ['/'] }), 400, 'InvalidRequestContent'],
      [roleBody({ roleName: 'x', assignableScopes: [`${groupId}9`] }), 404, 'ResourceGroupNotFound'],
      [roleBody({ roleName: 'x', permissions: [] }), 400, 'InvalidRequestContent'],
      [roleBody({ roleName: 'x', permissions: [{ actions: ['no action'] }] }), 400, 'InvalidRequestContent'],
      [roleBody({ roleName: 'x', permissions: [condition] }), 400, 'InvalidCondition'],
      [roleBody({ roleName: ' ' }), 400, 'InvalidRequestContent'],
    ]
    for (const [body, status, code] of cases)
      assert.deepEqual(refusal(await owner('PUT', definitionPath(guid('b')), body)), [status, code], JSON.stringify(body))
    assert.equal((await owner('PUT', definitionPath('no-guid'), roleBody())).status, 400)
    for (const method of ['PUT', 'DELETE'])
      assert.deepEqual(refusal(await owner(method, definitionPath(roles.cryptoUser), roleBody({ roleName: 'x' }))), [
        403,
        'BuiltInRoleImmutable',
      ])
  })

  test('is given only where it is assignable, and no place is taken from it while it is held there', async () => {
    const { owner, caller, assign } = await withVault()
    const someone = await caller('someone')
    await owner('PUT', definitionPath(guid('a')), roleBody())
    const beyond = await owner('PUT', assignmentPath(subscription, guid('c')), assignmentBody(guid('a'), someone.made.oid))
    assert.deepEqual(refusal(beyond), [404, 'RoleDefinitionDoesNotExist'])
    await assign(guid('a'), someone, groupId)
    const narrowed = roleBody({ assignableScopes: [vaultPath('kv-1')] })
    assert.deepEqual(refusal(await owner('PUT', definitionPath(guid('a')), narrowed)), [400, 'RoleDefinitionHasAssignments'])
  })

  test('is changed only by who may write roles at every place where it is assignable', async () => {
    const { owner, caller, assign } = await withVault()
    const local = await caller('local')
    await assign('18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', local, groupId)
    assert.equal((await local('PUT', definitionPath(guid('b')), roleBody({ roleName: 'Local' }))).status, 201, 'control')
    assert.deepEqual(refusal(await local('PUT', definitionPath(guid('b')), roleBody({ assignableScopes: [groupId, subscription] }))), [
      403,
      'AuthorizationFailed',
    ])
    await owner('PUT', definitionPath(guid('a')), roleBody({ assignableScopes: [subscription] }))
    assert.deepEqual(
      refusal(await local('PUT', definitionPath(guid('a')), roleBody())),
      [403, 'AuthorizationFailed'],
      'nor narrowed to his own',
    )
    assert.deepEqual(refusal(await local('DELETE', definitionPath(guid('a')))), [403, 'AuthorizationFailed'])
  })
})

describe('a role assignment under a condition', () => {
  const onlyReaders = (source: 'Request' | 'Resource', action: string) =>
    `((!(ActionMatches{'Microsoft.Authorization/roleAssignments/${action}'})) OR (@${source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] GuidEquals ${roles.reader} AND @${source}[Microsoft.Authorization/roleAssignments:PrincipalType] StringEqualsIgnoreCase 'serviceprincipal'))`

  test('passes on what its condition names, to whom it names, and nothing else', async () => {
    const { owner, caller } = await withVault()
    const delegate = await caller('delegate')
    const someone = await caller('someone')
    const condition = `${onlyReaders('Request', 'write')} AND ${onlyReaders('Resource', 'delete')}`
    const given = await owner(
      'PUT',
      assignmentPath(groupId, guid('d')),
      assignmentBody('f58310d9-a9f6-439a-9e8d-f62e7b41a168', delegate.made.oid, { condition, description: 'helps out' }),
    )
    assert.equal(given.status, 201, given.text)
    assert.deepEqual([propertiesOf(given)['condition'], propertiesOf(given)['conditionVersion']], [condition, '2.0'])
    const path = assignmentPath(vaultPath('kv-1'), guid('a'))
    const typed = { principalType: 'ServicePrincipal' }
    assert.equal((await delegate('PUT', path, assignmentBody(roles.reader, someone.made.oid, typed))).status, 201)
    assert.equal((await delegate('DELETE', path)).status, 200)
    for (const body of [
      assignmentBody(roles.contributor, someone.made.oid, typed),
      assignmentBody(roles.reader, someone.made.oid),
      assignmentBody(roles.reader, someone.made.oid, { principalType: 'User' }),
    ])
      assert.deepEqual(refusal(await delegate('PUT', path, body)), [403, 'AuthorizationFailed'], JSON.stringify(body))
    const shown = await delegate('GET', `${groupId}/providers/Microsoft.Authorization/permissions`)
    assert.deepEqual(
      listIn(shown.json['value']).map(one => one['condition']),
      [condition],
    )
  })

  test('takes another condition, or none, by the same triple; an Owner under one is not the last Owner', async () => {
    const { owner, caller } = await withVault()
    const someone = await caller('someone')
    const path = assignmentPath(subscription, guid('d'))
    const condition = onlyReaders('Request', 'write')
    await owner('PUT', path, assignmentBody(roles.owner, someone.made.oid, { condition }))
    const first = listIn((await owner('GET', `${subscription}/providers/Microsoft.Authorization/roleAssignments`)).json['value']).find(
      one => objectIn(one['properties'])['principalId'] === owner.made.oid,
    )
    const own = textIn(first?.['id'])
    assert.deepEqual(refusal(await owner('DELETE', own)), [409, 'CannotDeleteLastRbacAdminAssignment'])
    const freed = await owner('PUT', path, assignmentBody(roles.owner, someone.made.oid, { delegatedManagedIdentityResourceId: 'x' }))
    assert.deepEqual([freed.status, propertiesOf(freed)['condition']], [200, null])
    assert.equal((await owner('DELETE', own)).status, 200)
  })
})

describe('deny assignments', () => {
  test('come first whatever the roles say, but for who is excluded, and are nobody’s to write', async () => {
    const wire = await withVault()
    const { owner, caller, assign, ground } = wire
    const spared = await caller('spared')
    await assign(roles.contributor, spared, groupId)
    const { context, tenantId } = ground
    const scope = scopeOfText(groupId)
    assert.ok(scope !== undefined)
    const entry = { actions: ['*/delete'], notActions: [], dataActions: [], notDataActions: [] }
    await ground.run(system, async call =>
      context.denyAssignments.create(call, compartmentOfGuid(tenantId), {
        path: [scope.at(-1) ?? '', guid('e')],
        value: {
          name: guid('e'),
          denyAssignmentName: 'Nothing is deleted here',
          scopeId: groupId,
          scope,
          doNotApplyToChildScopes: false,
          permissions: [entry],
          principals: [{ id: '00000000-0000-0000-0000-000000000000', type: 'SystemDefined' }],
          excludePrincipals: [{ id: spared.made.oid, type: 'ServicePrincipal' }],
          createdAt: 0,
          createdBy: 'system',
        },
      }),
    )
    assert.deepEqual(refusal(await owner('DELETE', vaultPath('kv-1'))), [403, 'DenyAssignmentAuthorizationFailed'])
    assert.equal((await owner('GET', vaultPath('kv-1'))).status, 200)
    const path = `${groupId}/providers/Microsoft.Authorization/denyAssignments`
    const listed = listIn((await owner('GET', path)).json['value'])
    assert.deepEqual(
      listed.map(one => [one['name'], objectIn(one['properties'])['isSystemProtected']]),
      [[guid('e'), true]],
    )
    assert.equal((await owner('GET', `${path}/${guid('e')}`)).json['id'], `${path}/${guid('e')}`)
    assert.deepEqual(refusal(await owner('GET', `${path}/${guid('f')}`)), [404, 'DenyAssignmentNotFound'])
    assert.equal((await owner('PUT', `${path}/${guid('e')}`, {})).status, 405)
    assert.equal((await spared('DELETE', vaultPath('kv-1'))).status, 200)
  })
})
