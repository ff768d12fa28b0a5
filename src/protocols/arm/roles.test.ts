import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { scopeOf } from '#model/brands.ts'
import { system } from '#model/principal.ts'
import { tenantId } from '#domain/identity/testing.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { listIn, objectIn, textIn } from '#protocols/http/testing.ts'
import {
  armWire,
  assignmentBody,
  assignmentPath,
  groupId,
  namesIn,
  propertiesOf,
  refusal,
  roles,
  subscriptionId,
  vaultBody,
  vaultPath,
} from './testing.ts'

const guid = (digit: string): string => `${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(12)}`
const holds = "@Resource[Microsoft.KeyVault/vaults:name] StringEquals 'kv-1'"
const subscription = `/subscriptions/${subscriptionId}`

async function withVault() {
  const wire = await armWire()
  await wire.owner('PUT', vaultPath('kv-1'), vaultBody())
  return wire
}

describe('a role assignment', () => {
  test('lives by its rules: made, the same again, its twin, another under its name, gone, gone already', async () => {
    const { owner, caller, ground } = await withVault()
    const someone = await caller('someone')
    const path = assignmentPath(vaultPath('kv-1'), guid('a'))
    const body = assignmentBody(roles.cryptoUser, someone.made.oid, { principalType: 'ServicePrincipal' })
    const made = await owner('PUT', path, body)
    assert.equal(made.status, 201, made.text)
    assert.deepEqual(
      [made.json['id'], propertiesOf(made)['scope'], propertiesOf(made)['roleDefinitionId']],
      [path, vaultPath('kv-1'), `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roles.cryptoUser}`],
    )
    const { createdBy, updatedBy } = propertiesOf(made)
    assert.deepEqual([createdBy, updatedBy], [owner.made.oid, owner.made.oid], 'the object, not the application')
    assert.equal((await owner('PUT', path, body)).status, 200)
    assert.deepEqual(refusal(await owner('PUT', assignmentPath(vaultPath('KV-1'), guid('b')), body)), [409, 'RoleAssignmentExists'])
    assert.deepEqual(refusal(await owner('PUT', path, assignmentBody(roles.reader, someone.made.oid))), [
      409,
      'RoleAssignmentUpdateNotPermitted',
    ])
    const row = ground.rows().find(entry => entry['operation'] === 'RoleAssignmentPut')
    assert.deepEqual(objectIn(row?.['details']), { principalId: someone.made.oid, roleDefinitionId: roles.cryptoUser })
    assert.equal((await owner('DELETE', path)).json['id'], path)
    assert.equal((await owner('DELETE', path)).status, 204)
    assert.deepEqual(refusal(await owner('GET', path)), [404, 'RoleAssignmentNotFound'])
  })

  test('is refused beyond 4,000 in one subscription, whatever their depth, unless limits are lifted', async () => {
    for (const throttle of [true, false]) {
      const { owner, caller, ground } = await armWire({ throttle })
      const { made } = await caller('someone')
      const { roleAssignments } = ground.context
      const own = roleAssignments.peek()[0]?.value ?? assert.fail('the owner has none')
      const standing = roleAssignments.peek().filter(({ value }) => value.scopeId.startsWith(subscription)).length
      const home = compartmentOfGuid(tenantId)
      const scope = [...own.scope.slice(0, 2), groupId.toLowerCase()]
      const give = async (first: number, behind: number): Promise<void> =>
        ground.run(system, async call => {
          for (let number = first; number < behind; number += 1) {
            const name = `00000000-0000-4000-8000-${number.toString().padStart(12, '0')}`
            const value = { ...own, name, scopeId: groupId, scope: scopeOf(scope), principalId: name }
            roleAssignments.create(call, home, { path: [groupId.toLowerCase(), name], value })
          }
        })
      for (let first = standing; first < 3_999; first += 1_000) await give(first, Math.min(first + 1_000, 3_999))
      await ground.run(system, async call => {
        // Above every subscription: it counts for none.
        const value = { ...own, name: guid('c'), scopeId: '', scope: rootScope, principalId: guid('c') }
        roleAssignments.create(call, home, { path: ['', guid('c')], value })
      })
      assert.equal((await owner('PUT', assignmentPath(groupId, guid('a')), assignmentBody(roles.reader, made.oid))).status, 201)
      const path = assignmentPath(subscription, guid('b'))
      const beyond = await owner('PUT', path, assignmentBody(roles.contributor, made.oid))
      if (throttle) assert.deepEqual(refusal(beyond), [400, 'RoleAssignmentLimitExceeded'])
      else assert.equal(beyond.status, 201)
      assert.equal(
        (await owner('PUT', assignmentPath(groupId, guid('a')), assignmentBody(roles.reader, made.oid))).status,
        200,
        'the same again',
      )
      assert.equal((await owner('DELETE', assignmentPath(groupId, guid('a')))).status, 200)
      assert.equal((await owner('PUT', path, assignmentBody(roles.contributor, made.oid))).status, throttle ? 201 : 200)
    }
  })

  test('to nobody, of nothing, nowhere, or under a condition is refused, and nothing is made', async () => {
    const { owner, caller } = await withVault()
    const { made } = await caller('someone')
    const cases: readonly (readonly [scope: string, body: object, status: number, code: string])[] = [
      [vaultPath('kv-1'), assignmentBody(roles.reader, guid('9')), 400, 'PrincipalNotFound'],
      [vaultPath('kv-1'), assignmentBody(guid('9'), made.oid), 404, 'RoleDefinitionDoesNotExist'],
      [vaultPath('kv-1'), assignmentBody(roles.reader, made.oid, { principalType: 'User' }), 400, 'UnmatchedPrincipalType'],
      [vaultPath('kv-1'), assignmentBody(roles.reader, made.oid, { principalType: 'Robot' }), 400, 'InvalidRequestContent'],
      [vaultPath('kv-1'), assignmentBody('nonsense', made.oid), 400, 'BadRequestFormat'],
      [vaultPath('kv-1'), assignmentBody(roles.reader, made.oid, { roleDefinitionId: roles.reader }), 400, 'BadRequestFormat'],
      [vaultPath('kv-1'), assignmentBody(roles.reader, '/servicePrincipals/x'), 400, 'InvalidPrincipalId'],
      [vaultPath('kv-1'), assignmentBody(roles.reader, made.oid, { condition: 'true', conditionVersion: '2.0' }), 400, 'InvalidCondition'],
      [
        vaultPath('kv-1'),
        assignmentBody(roles.reader, made.oid, { condition: holds, conditionVersion: '1.0' }),
        400,
        'InvalidRequestContent',
      ],
      [vaultPath('kv-2'), assignmentBody(roles.reader, made.oid), 404, 'ResourceNotFound'],
      [`${groupId}x`, assignmentBody(roles.reader, made.oid), 404, 'ResourceGroupNotFound'],
      [`${groupId}/providers/Microsoft.Nonsense/x/y`, assignmentBody(roles.reader, made.oid), 404, 'ResourceNotFound'],
    ]
    for (const [scope, body, status, code] of cases) {
      const answered = await owner('PUT', assignmentPath(scope, guid('a')), body)
      assert.deepEqual(refusal(answered), [status, code], answered.text)
    }
    const nameless = await owner('PUT', assignmentPath(groupId, 'no-guid'), cases[0]?.[1])
    assert.deepEqual(refusal(nameless), [400, 'InvalidRoleAssignmentId'])
    assert.match(nameless.text, /The role assignment ID 'no-guid' is not valid\. The role assignment ID must be a GUID\./)
    const listed = await owner(
      'GET',
      `${groupId}/providers/Microsoft.Authorization/roleAssignments?$filter=${encodeURIComponent(`principalId eq '${made.oid}'`)}`,
    )
    assert.deepEqual(listed.json['value'], [])
  })

  test('counts for the next request, and no longer once it is taken away', async () => {
    const { owner, caller, assign } = await withVault()
    const reader = await caller('reader')
    const outcomes: number[] = []
    for (let round = 0; round < 3; round++) {
      const path = await assign(roles.reader, reader, vaultPath('kv-1'))
      outcomes.push((await reader('GET', vaultPath('kv-1'))).status)
      await owner('DELETE', path)
      outcomes.push((await reader('GET', vaultPath('kv-1'))).status)
    }
    assert.deepEqual(outcomes, [200, 403, 200, 403, 200, 403])
  })

  test('on a key needs the vault, not the key: the data plane knows its own', async () => {
    const { caller, assign } = await withVault()
    await assign(roles.cryptoUser, await caller('narrow'), `${vaultPath('kv-1')}/keys/not-yet`)
  })
})

describe('who may pass roles on', () => {
  test('a Contributor may not', async () => {
    const { caller, assign } = await withVault()
    const contributor = await caller('contributor')
    await assign(roles.contributor, contributor, subscription)
    const refused = await contributor(
      'PUT',
      assignmentPath(vaultPath('kv-1'), guid('a')),
      assignmentBody(roles.reader, contributor.made.oid),
    )
    assert.deepEqual(refusal(refused), [403, 'AuthorizationFailed'])
  })

  test('a Key Vault Data Access Administrator may give and take the roles of key vault data, and no other', async () => {
    const { owner, caller, assign } = await withVault()
    const delegate = await caller('delegate')
    const someone = await caller('someone')
    await assign(roles.dataAccessAdministrator, delegate, groupId)
    const path = assignmentPath(vaultPath('kv-1'), guid('a'))
    const given = await delegate('PUT', path, assignmentBody(roles.cryptoUser, someone.made.oid))
    assert.equal(given.status, 201, given.text)
    assert.equal((await delegate('DELETE', path)).status, 200)
    const reader = await assign(roles.reader, someone, vaultPath('kv-1'))
    assert.deepEqual(refusal(await delegate('DELETE', reader)), [403, 'AuthorizationFailed'])
    for (const body of [
      assignmentBody(roles.owner, delegate.made.oid),
      '{',
      '{}',
      `{"properties":{"roleDefinitionId":"${roles.cryptoUser}","roleDefinitionId":"${roles.owner}"}}`,
    ])
      assert.deepEqual(refusal(await delegate('PUT', path, body)), [403, 'AuthorizationFailed'], JSON.stringify(body))
    assert.deepEqual(refusal(await owner('PUT', path, '{')), [400, 'InvalidRequestContent'], 'who may pass on every role hears of the body')
  })

  test('the last Owner of a subscription stays', async () => {
    const { owner, caller, assign, ground } = await withVault()
    const [first] = ground.context.roleAssignments.peek()
    assert.ok(first !== undefined)
    const path = assignmentPath(subscription, first.value.name)
    assert.deepEqual(refusal(await owner('DELETE', path)), [409, 'CannotDeleteLastRbacAdminAssignment'])
    const second = await caller('second')
    await assign(roles.owner, second, groupId)
    assert.equal((await owner('DELETE', path)).status, 409, 'the owner of a group is not the owner of the subscription')
    await assign(roles.owner, second, subscription)
    assert.equal((await second('DELETE', path)).status, 200)
    assert.equal((await owner('GET', groupId)).status, 403)
  })
})

describe('lists of assignments and definitions', () => {
  test('show what is at, above and below a scope, or only at and above it, or one principal’s', async () => {
    const { owner, caller, assign } = await withVault()
    const someone = await caller('someone')
    const above = await assign(roles.reader, someone, subscription)
    const at = await assign(roles.reader, someone, groupId)
    const below = await assign(roles.cryptoUser, someone, vaultPath('kv-1'))
    await owner('PUT', `${groupId}2`, { location: 'local' })
    await assign(roles.reader, someone, `${groupId}2`)
    const list = async (filter: string) => {
      const answered = await owner(
        'GET',
        `${groupId}/providers/Microsoft.Authorization/roleAssignments?$filter=${encodeURIComponent(filter)}`,
      )
      const mine = listIn(answered.json['value']).filter(one => objectIn(one['properties'])['principalId'] === someone.made.oid)
      return mine.map(one => textIn(one['id']))
    }
    const sorted = (...ids: readonly string[]) => ids.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
    assert.deepEqual(await list(''), sorted(above, at, below))
    assert.deepEqual(await list('atScope()'), sorted(above, at))
    assert.deepEqual(await list(`assignedTo('${someone.made.oid.toUpperCase()}') and atScope()`), sorted(above, at))
    assert.deepEqual(await list(`principalId eq '${guid('9')}'`), [])
    for (const filter of ["roleName eq 'x'", 'atScope', "principalId eq 'x' or atScope()"]) {
      const answered = await owner(
        'GET',
        `${groupId}/providers/Microsoft.Authorization/roleAssignments?$filter=${encodeURIComponent(filter)}`,
      )
      assert.deepEqual(refusal(answered), [400, 'InvalidFilterInQueryString'], filter)
    }
  })

  test('find a role by its name whatever its case, exactly one, and by its id without a scope', async () => {
    const { owner, caller } = await armWire()
    const list = async (filter: string) =>
      owner('GET', `${groupId}/providers/Microsoft.Authorization/roleDefinitions?$filter=${encodeURIComponent(filter)}`)
    assert.deepEqual(namesIn(await list("roleName eq 'KEY VAULT crypto user'")), [roles.cryptoUser])
    assert.ok(namesIn(await list("type eq 'BuiltInRole'")).length > 10)
    assert.deepEqual(namesIn(await list("type eq 'CustomRole'")), [])
    const stranger = await caller('stranger')
    const found = await stranger('GET', `//providers/Microsoft.Authorization/roleDefinitions/${roles.cryptoUser}`)
    assert.equal(propertiesOf(found)['roleName'], 'Key Vault Crypto User')
    assert.equal((await stranger('GET', `${groupId}/providers/Microsoft.Authorization/roleDefinitions`)).status, 403)
    const none = await owner('GET', `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${guid('9')}`)
    assert.deepEqual(refusal(none), [404, 'RoleDefinitionDoesNotExist'])
  })

  test('tell a caller what it may do itself', async () => {
    const { caller, assign } = await withVault()
    const someone = await caller('someone')
    await assign(roles.reader, someone, groupId)
    const here = await someone('GET', `${vaultPath('kv-1')}/providers/Microsoft.Authorization/permissions`)
    assert.deepEqual(here.json['value'], [{ actions: ['*/read'], notActions: [], dataActions: [], notDataActions: [] }])
    assert.deepEqual((await someone('GET', `${subscription}/providers/Microsoft.Authorization/permissions`)).json['value'], [])
  })
})
