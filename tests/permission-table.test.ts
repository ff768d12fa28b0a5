// Every operation × every built-in role × every scope × both models, against a table that was not made from the code (issue 9, acceptance 1).
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import type { Scope } from '#model/brands.ts'
import { system, type Principal } from '#model/principal.ts'
import { builtInRoles } from '#domain/access/built-in-roles.ts'
import { noFacts } from '#domain/access/permit.ts'
import { permissionRow, type Permission } from '#domain/access/permissions.ts'
import { tenantId } from '#domain/identity/testing.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { HeldVault } from '#domain/resources/find-vault.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import { armProtocol } from '#protocols/arm/index.ts'
import { scopeOfText } from '#protocols/azure/arm-ids.ts'
import type { Operation } from '#protocols/http/operation.ts'
import { createRouter } from '#protocols/http/router.ts'
import { keyVaultProtocol } from '#protocols/keyvault/index.ts'
import { globMatches } from './permissions/slow-model.ts'
import { permissionsPage } from './permissions/page.ts'
import { domain, groupId, house, subscriptionId, type House } from './wire/house.ts'
import { pathOf } from './wire/paths.ts'

const need = z.union([z.strictObject({ action: z.string() }), z.strictObject({ data: z.string(), words: z.array(z.string()).min(1) })])
type Need = z.output<typeof need>
const expected = z
  .strictObject({
    about: z.string(),
    operations: z.record(z.string(), need),
    carriedByKeysRead: z.array(z.string()),
    roles: z.record(z.string(), z.strictObject({ actions: z.array(z.string()), not: z.array(z.string()), data: z.array(z.string()) })),
  })
  .parse(JSON.parse(readFileSync(new URL('permissions/expected.json', import.meta.url), 'utf8')))

const keysRead = 'KeyVault/vaults/keys/read'

/** Does the role give what an operation needs, by the table alone? */
function roleGives(roleName: string, wanted: Need): boolean {
  const role = expected.roles[roleName] ?? assert.fail(`the table has no ${roleName}`)
  const named = (patterns: readonly string[], action: string): boolean => patterns.some(pattern => globMatches(pattern, action))
  if ('action' in wanted) return named(role.actions, wanted.action) && !named(role.not, wanted.action)
  const carried = expected.carriedByKeysRead.includes(wanted.data) && named(role.data, keysRead)
  return carried || named(role.data, wanted.data)
}

interface Asked {
  readonly name: string
  readonly plane: 'arm' | 'keyvault'
  readonly permission: Permission
  readonly on: Scope
}

interface Ground {
  readonly house: House
  readonly byRoles: HeldVault
  readonly byPolicies: HeldVault
}

let ground: Ground
const vaultId = (name: string): string => `${groupId}/providers/Microsoft.KeyVault/vaults/${name}`

before(async () => {
  const all = await house()
  const made = await all.send(all.wire('arm'), 'administrator', {
    method: 'PUT',
    path: vaultId('kv-policies'),
    body: {
      location: 'local',
      properties: { tenantId, sku: { family: 'A', name: 'premium' }, enableRbacAuthorization: false, accessPolicies: [] },
    },
  })
  assert.ok(made.status < 300, made.text)
  const find = (rbac: boolean) =>
    all.ground.context.vaults.peek().find(({ value }) => value.enableRbacAuthorization === rbac) ?? assert.fail('a vault of each model')
  ground = { house: all, byRoles: find(true), byPolicies: find(false) }
})

/** What the operation's own declaration asks of its path, as the pipeline would. */
function askedBy<Context, Site>(operation: Operation<Context, Site>, plane: Asked['plane'], site: Site): readonly Asked[] {
  if (typeof operation.permissions === 'string') return []
  const path = pathOf(operation)
  const routed = createRouter([operation])(operation.method, path.replace(/^\//, '').split('/'))
  assert.ok(routed.found === 'operation', path)
  const params: unknown = operation.params.parse(routed.params)
  // Asked in the handler, once the assignment is known, of the same place.
  const on = operation.scope?.({ site, params }) ?? scopeOfText(groupId)
  assert.ok(on !== undefined)
  return operation.permissions.map(permission => ({ name: operation.name, plane, permission, on }))
}

/** Those that the table knows; that it knows all is a test of its own. */
const allKnown = (vault: HeldVault): readonly Asked[] => allAsked(vault).filter(({ name }) => expected.operations[name] !== undefined)

function allAsked(vault: HeldVault): readonly Asked[] {
  const arm = { baseUrl: '', domain, portSuffix: '', mark: (text: string) => text }
  return [
    ...armProtocol(domain).operations.flatMap(operation => askedBy(operation, 'arm', arm)),
    ...keyVaultProtocol(domain).operations.flatMap(operation => askedBy(operation, 'keyvault', { vault, baseUrl: '' })),
  ]
}

const judge = (who: Principal, { permission, on }: Asked): boolean =>
  ground.house.ground.context.access.judge({ who, permission, on, facts: noFacts }).allowed

/** Scopes from the root down to one object, of the vault that is asked. */
const scopesOf = (vault: HeldVault, on: Scope): readonly Scope[] => {
  const places = ['', `/subscriptions/${subscriptionId}`, groupId, vault.value.id].map(text => scopeOfText(text) ?? assert.fail(text))
  // An object's own, where the operation has one; else that of some key.
  const object = on.length > vault.value.scope.length && standsIn(on, vault.value.scope) ? on : undefined
  return [...places, object ?? scopeOfText(`${vault.value.id}/keys/another`) ?? assert.fail('a key is a place')]
}

/** Gives a role at a scope to a principal that has nothing else. */
async function holderOf(roleId: string, scope: Scope): Promise<Principal> {
  const { ground: own } = ground.house
  const { context } = own
  const id = context.ground.random.uuid()
  const at = { createdAt: 0, createdBy: '', updatedAt: 0, updatedBy: '' }
  await own.run(system, async call =>
    context.roleAssignments.create(call, compartmentOfGuid(tenantId), {
      path: [scope.at(-1) ?? '', id],
      value: { name: id, scopeId: scope.at(-1) ?? '', scope, roleId, principalId: id, principalType: 'ServicePrincipal', ...at },
    }),
  )
  return { id, kind: 'application', tenant: tenantId }
}

describe('the permission table', () => {
  test('has every operation that asks for a permission, and every built-in role', () => {
    const asked = [...new Set(allAsked(ground.byRoles).map(({ name }) => name))]
    assert.deepEqual(
      asked.filter(name => expected.operations[name] === undefined),
      [],
    )
    assert.deepEqual(builtInRoles.map(role => role.roleName).sort(), Object.keys(expected.roles).sort())
  })

  test('names the action, and the words of access policies, that each operation asks for', () => {
    for (const { name, permission } of allKnown(ground.byRoles)) {
      const row = permissionRow(permission)
      const wanted = expected.operations[name] ?? assert.fail(name)
      assert.equal(row.azure, `Microsoft.${'action' in wanted ? wanted.action : wanted.data}`, name)
      assert.equal(row.data === true, 'data' in wanted, name)
      const [kind = '', ...words] = (row.policies ?? '').toLowerCase().split(' ')
      assert.deepEqual(new Set(words.map(word => `${kind} ${word}`)), new Set('data' in wanted ? wanted.words : []), name)
    }
  })

  for (const role of builtInRoles)
    test(`${role.roleName} gives at its scope and below what the table says, and on the data of a vault of access policies nothing`, async () => {
      let asked = 0
      for (const vault of [ground.byRoles, ground.byPolicies]) {
        const questions = allKnown(vault)
        const places = new Map<string, Scope>(
          questions.flatMap(({ on }) => scopesOf(vault, on).map(scope => [scope.at(-1) ?? '', scope] as const)),
        )
        for (const place of places.values()) {
          const who = await holderOf(role.id, place)
          for (const question of questions) {
            const wanted = expected.operations[question.name] ?? assert.fail(question.name)
            const ruled = question.plane === 'arm' || vault === ground.byRoles
            const allowed = ruled && standsIn(question.on, place) && roleGives(role.roleName, wanted)
            assert.equal(judge(who, question), allowed, `${role.roleName} at ${place.at(-1)}: ${question.name}`)
            asked += 1
          }
        }
      }
      assert.ok(asked > 1_000, `${asked} questions`)
    })

  test('each word of access policies allows what the table says, and nothing of the management plane; in a vault of roles nothing at all', async () => {
    const { ground: own } = ground.house
    const { context } = own
    const words = new Set(Object.values(expected.operations).flatMap(wanted => ('data' in wanted ? wanted.words : [])))
    const kinds = ['keys', 'secrets', 'certificates']
    for (const given of [...words, ...kinds.map(kind => `${kind} all`)]) {
      const who: Principal = { id: context.ground.random.uuid(), kind: 'application', tenant: tenantId }
      const [kind = '', word = ''] = given.split(' ')
      const policy = { tenantId, objectId: who.id, permissions: { [kind]: [word.toUpperCase()] } }
      for (const vault of [ground.byRoles, ground.byPolicies]) {
        await own.run(system, async call => {
          const held = await context.vaults.get(call, vault.compartment, vault.path)
          assert.ok(held !== undefined)
          context.vaults.update(call, held, { ...held.value, accessPolicies: [policy] })
        })
        for (const question of allKnown(vault)) {
          const wanted = expected.operations[question.name] ?? assert.fail(question.name)
          const gives = (one: string) => one === given || (word === 'all' && one.startsWith(`${kind} `) && !one.endsWith(' purge'))
          const allowed = question.plane === 'keyvault' && vault === ground.byPolicies && 'data' in wanted && wanted.words.some(gives)
          assert.equal(judge(who, question), allowed, `${given}: ${question.name}`)
        }
      }
    }
  })

  test('is the page of the documentation, printed anew where it was not', () => {
    const page = readFileSync(new URL('../docs/permissions.md', import.meta.url), 'utf8')
    assert.ok(page === permissionsPage, 'node tests/permissions/page.ts')
  })
})
