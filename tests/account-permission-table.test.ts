// Every action on keys of accounts against a table of its own, by each way in which it is given, limited and taken; and that no other rule book has a word in it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { scopeOf } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import { builtInRoles } from '#domain/access/built-in-roles.ts'
import { noFacts } from '#domain/access/permit.ts'
import { permissionRow, permissions, type Permission } from '#domain/access/permissions.ts'
import {
  abroad,
  accountWorld,
  asRoot,
  asSession,
  asUser,
  home,
  policyOf,
  questionOf,
  rootOf,
  type AskedOfKey,
} from '#domain/access/rule-books/account-testing.ts'
import { hiddenBecause } from '#domain/access/rule-books/account-policies.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { identityGround, tenantId } from '#domain/identity/testing.ts'
import { system } from '#model/principal.ts'

const row = z.strictObject({ by: z.enum(['key', 'identity']), across: z.boolean(), grantable: z.boolean() })
const { actions } = z
  .strictObject({ about: z.string(), actions: z.record(z.string(), row) })
  .parse(JSON.parse(readFileSync(new URL('permissions/account-expected.json', import.meta.url), 'utf8')))

const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name)
const all = Object.keys(permissions).filter(isPermission)
const ofKeys = all.filter(permission => permissionRow(permission).account?.startsWith('kms:') === true)

const allow = (action: string, more: object = {}) => ({ Effect: 'Allow', Action: action, Resource: '*', ...more })
const deny = (action: string, more: object = {}) => ({ ...allow(action, more), Effect: 'Deny' })
const to = (arn: string) => ({ Principal: { AWS: arn } })
const other = 'kms:AnotherAction'

for (const permission of ofKeys) {
  const action = permissionRow(permission).account ?? ''
  const name = action.slice('kms:'.length)
  const expected = actions[name] ?? assert.fail(`the table has no ${name}`)
  const accountStatement = allow('kms:*', to(rootOf(home)))
  const nothing = [allow(other, to(rootOf(home)))]

  describe(action, () => {
    const world = accountWorld()
    const document = (...statements: readonly object[]) => ({ inlinePolicies: { own: policyOf(statements) } })
    const able = world.user({ name: 'able', accountId: home, ...document(allow(action)) })
    const none = world.user({ name: 'none', accountId: home, ...document(allow(other)) })
    const role = world.role({ name: 'role', accountId: home, ...document(allow(action)) })
    const theirs = world.user({ name: 'theirs', accountId: abroad, ...document(allow(action)) })
    const unable = world.user({ name: 'unable', accountId: abroad })
    const bounded = (limit: object) =>
      world.user({ name: 'bounded', accountId: home, boundary: world.managed('limit', [limit]), ...document(allow(action)) })
    const narrowed = (limit: object): Principal => asSession(role, { sessionPolicies: [policyOf([limit])] })

    const thing: AskedOfKey = expected.by === 'key' ? { kind: 'key' } : { kind: 'account', arn: '*' }
    const child = { operations: ['Encrypt'] }
    function judged(who: Principal, policy: readonly object[] = [accountStatement], more: AskedOfKey = {}): string {
      const own = expected.by === 'key' ? { policy } : {}
      const ruling = world.policies.book(questionOf(who, permission, { ...thing, ...own, ...more }))
      assert.ok(ruling)
      return ruling.allowed ? 'allowed' : ruling.because
    }
    const missing = (kind: string): string => `because no ${kind} allows the ${action} action`

    test('by a policy of its principal', () => {
      assert.equal(judged(asUser(able)), 'allowed')
      assert.equal(judged(asSession(role)), 'allowed')
      assert.equal(judged(asUser(none)), missing('identity-based policy'))
      assert.equal(judged(asRoot(home)), 'allowed')
    })

    if (expected.by === 'key')
      test('by the key, that alone or with the account behind it', () => {
        assert.equal(judged(asUser(none), [allow(action, to(`arn:aws:iam::${home}:user/none`))]), 'allowed')
        assert.equal(judged(asUser(none), [allow(other, to(`arn:aws:iam::${home}:user/none`))]), missing('resource-based policy'))
        assert.equal(judged(asUser(able), nothing), missing('resource-based policy'))
        assert.equal(judged(asRoot(home), nothing), missing('resource-based policy'))
      })

    test('a denial anywhere takes it', () => {
      const denying = world.user({ name: 'denied', accountId: home, ...document(allow('*'), deny(action)) })
      assert.equal(judged(asUser(denying)), 'with an explicit deny in an identity-based policy')
      assert.equal(judged(narrowed(deny(action))), 'with an explicit deny in a session policy')
      assert.equal(judged(asUser(bounded(deny(action)))), 'with an explicit deny in a permissions boundary')
      if (expected.by === 'key')
        assert.equal(
          judged(asUser(able), [accountStatement, deny(action, { Principal: '*' })]),
          'with an explicit deny in a resource-based policy',
        )
    })

    test('a boundary and a session policy limit it', () => {
      assert.equal(judged(asUser(bounded(allow(action)))), 'allowed')
      assert.equal(judged(asUser(bounded(allow(other)))), missing('permissions boundary'))
      assert.equal(judged(narrowed(allow(action))), 'allowed')
      assert.equal(judged(narrowed(allow(other))), missing('session policy'))
    })

    test(expected.across ? 'another account has it where both agree' : 'no other account ever has it', () => {
      const hidden = expected.by === 'key' ? hiddenBecause : missing('resource-based policy')
      const open = [allow('kms:*', to(rootOf(abroad))), allow('kms:*', to(`arn:aws:iam::${abroad}:user/unable`))]
      assert.equal(judged(asUser(theirs), open), expected.across ? 'allowed' : hidden)
      assert.equal(judged(asUser(theirs)), hidden)
      assert.equal(judged(asUser(unable), open), expected.across ? missing('identity-based policy') : hidden)
    })

    test(expected.grantable ? 'a grant gives it' : 'no grant of anything else gives it', () => {
      const grants = [{ id: 'g', grantee: none.value.id, operations: expected.grantable ? [name, 'Encrypt'] : ['Encrypt', 'Decrypt'] }]
      assert.equal(
        judged(asUser(none), nothing, { grants, child }),
        expected.grantable ? 'allowed' : missing(expected.by === 'key' ? 'resource-based policy' : 'identity-based policy'),
      )
      assert.notEqual(judged(asUser(able), nothing, { grants, child }), expected.by === 'key' ? 'allowed' : '')
    })
  })
}

describe('the permission table of accounts', () => {
  test('has every action on keys, and no other', () => {
    assert.deepEqual(
      new Set(Object.keys(actions)),
      new Set(ofKeys.map(permission => permissionRow(permission).account?.slice('kms:'.length))),
    )
  })

  test('whoever acts in an account is judged by no other rule book, whatever it has there; and nobody else by that of accounts', async () => {
    const ground = await identityGround()
    const { context } = ground
    const owner = builtInRoles.find(({ roleName }) => roleName === 'Owner') ?? assert.fail('Owner')
    const crypto = builtInRoles.find(({ roleName }) => roleName === 'Key Vault Administrator') ?? assert.fail('Key Vault Administrator')
    const root = asRoot(home)
    const vault = scopeOf([
      '',
      '/subscriptions/s',
      '/subscriptions/s/resourcegroups/g',
      '/subscriptions/s/resourcegroups/g/providers/microsoft.keyvault/vaults/v',
    ])
    const assign = async (name: string, roleId: string, principalId: string) =>
      ground.run(system, async call =>
        Promise.resolve(
          context.roleAssignments.create(call, compartmentOfGuid(tenantId), {
            path: ['', name],
            value: {
              name,
              scopeId: '',
              scope: scopeOf(['']),
              roleId,
              principalId,
              principalType: 'User',
              createdAt: 0,
              createdBy: '',
              updatedAt: 0,
              updatedBy: '',
            },
          }),
        ),
      )
    const person: Principal = { id: 'person', kind: 'user', tenant: tenantId }
    for (const id of [root.id, person.id]) for (const { id: roleId } of [owner, crypto]) await assign(`${id}${roleId}`, roleId, id)

    for (const kind of ['awsUser', 'awsSession', 'instance', 'system', 'bearer'] as const)
      for (const permission of all) {
        const who: Principal = { ...root, kind }
        assert.deepEqual(
          context.access.judge({ who, permission, on: vault, facts: noFacts }),
          { allowed: false, because: 'no-rule-book' },
          permission,
        )
      }
    const owned = questionOf(person, 'accountKey.encrypt', { policy: [allow('kms:*', { Principal: '*' })] })
    for (const who of [person, { id: home, kind: 'awsUser', tenant: home } as const])
      for (const permission of all.filter(one => permissionRow(one).account !== undefined && permissionRow(one).azure === undefined))
        assert.equal(context.access.judge({ ...owned, who, permission }).allowed, false, permission)
    assert.equal(context.access.judge({ who: person, permission: 'key.encrypt', on: vault, facts: noFacts }).allowed, true, 'control')
    assert.equal(context.access.judge({ ...owned, who: root }).allowed, true, 'control')
  })
})
