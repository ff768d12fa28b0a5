// The evaluator against a slow model of it: 100,000 random cases, or KEYSTEAD_CASES of them (issue 9: 1,000,000 agree).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compartmentId, recordId, scopeOf, type Scope } from '#model/brands.ts'
import { createAccess, type CountsAs } from '#domain/access/permit.ts'
import { permissionRow, permissions, type Permission } from '#domain/access/permissions.ts'
import type { CustomRole, DenyAssignment, RoleAssignment } from '#domain/access/records.ts'
import { accessPolicyBook } from '#domain/access/rule-books/access-policies.ts'
import { azureRbac } from '#domain/access/rule-books/azure-rbac.ts'
import { indexMemberships, type HeldGroup, type HeldMembership } from '#domain/groups/membership-index.ts'
import type { Held } from '#domain/records/family.ts'
import { randomBy, type Randomness } from './permissions/randomness.ts'
import { modelAllows, type ModelCondition, type ModelEntry, type ModelQuestion, type ModelWorld } from './permissions/slow-model.ts'

const cases = Number(process.env['KEYSTEAD_CASES'] ?? 100_000)
const questionsPerWorld = 50
const seed = Number(process.env['KEYSTEAD_SEED'] ?? 1)

const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name)
const asked = Object.keys(permissions)
  .filter(isPermission)
  .filter(permission => permissionRow(permission).azure !== undefined)
const carriedToo = asked.filter(permission => permissionRow(permission).impliedBy !== undefined)
const actions = [...new Set(asked.map(permission => permissionRow(permission).azure ?? ''))]

const group = '/subscriptions/s/resourcegroups/g'
const vault = `${group}/providers/microsoft.keyvault/vaults/v`
const places: readonly Scope[] = [
  [''],
  ['', '/subscriptions/s'],
  ['', '/subscriptions/s', group],
  ['', '/subscriptions/s', `${group}2`],
  ['', '/subscriptions/s', group, vault],
  ['', '/subscriptions/s', group, `${vault}2`],
  ...['keys/k', 'secrets/prod-a', 'secrets/dev-a'].map(name => ['', '/subscriptions/s', group, vault, `${vault}/${name}`]),
].map(scopeOf)
const textOf = (scope: Scope): string => scope.at(-1) ?? ''

const people = ['p1', 'p2', 'p3']
const groups = ['g1', 'g2', 'g3', 'g4']

/** An action with runs of it made wild, sometimes in another case, or wild as a whole. */
function pattern(random: Randomness): string {
  if (random.chance(0.15)) return '*'
  const action = random.pick(actions)
  const parts = action.split('/')
  const wild = parts.map(part => (random.chance(0.3) ? '*' : random.chance(0.1) ? `${part.slice(0, 3)}*` : part))
  const cut = random.chance(0.25) ? [...wild.slice(0, 1 + random.below(wild.length)), '*'] : wild
  const text = cut.join('/')
  return random.chance(0.2) ? text.toUpperCase() : text
}

const entry = (random: Randomness): ModelEntry => {
  const patterns = (most: number) => Array.from({ length: random.below(most + 1) }, () => pattern(random))
  return { actions: patterns(3), notActions: patterns(2), dataActions: patterns(3), notDataActions: patterns(2) }
}

function condition(random: Randomness): ModelCondition | undefined {
  if (random.chance(0.6)) return undefined
  const prefix = random.pick(['prod-', 'dev-', 'PROD-', 'p'])
  if (random.chance(0.5)) return { kind: 'names', negated: random.chance(0.4), prefix }
  return { kind: 'unlessAction', pattern: pattern(random), prefix }
}

/** As somebody would write it. */
function written(one: ModelCondition): string {
  const comparison = (operator: string) =>
    ['Resource', 'Request'].map(source => `@${source}[Microsoft.KeyVault/vaults/secrets:name] ${operator} '${one.prefix}'`).join(' OR ')
  if (one.kind === 'unlessAction') return `(!(ActionMatches{'${one.pattern}'})) OR (${comparison('StringStartsWith')})`
  return one.negated ? comparison('StringNotStartsWith') : comparison('StringStartsWith')
}

function worldOf(random: Randomness): ModelWorld {
  const ids = [...people, ...groups]
  // Cycles among groups happen, and must end.
  const within = Object.fromEntries(ids.map(id => [id, random.some(groups, 2)]))
  const roles = Array.from({ length: 1 + random.below(4) }, () => Array.from({ length: 1 + random.below(2) }, () => entry(random)))
  return {
    groups: within,
    assignments: Array.from({ length: random.below(8) }, () => ({
      principalId: random.pick(ids),
      scope: textOf(random.pick(places)),
      role: random.pick(roles),
      condition: condition(random),
    })),
    denials: Array.from({ length: random.chance(0.5) ? 1 + random.below(3) : 0 }, () => ({
      scope: textOf(random.pick(places)),
      here: random.chance(0.3),
      principals: random.chance(0.3) ? ['*'] : random.some(ids, 2),
      excluded: random.chance(0.4) ? random.some(ids, 1) : [],
      entry: entry(random),
    })),
    policies: random.chance(0.25)
      ? random.some(ids, 4).map(objectId => ({
          objectId,
          words: random.some(
            ['keys all', 'keys sign', 'keys purge', 'keys wrapkey', 'secrets get', 'secrets all', 'secrets purge', 'keys list'],
            3,
          ),
        }))
      : undefined,
  }
}

const compartment = compartmentId('0'.repeat(32))
let serial = 0
function held<T>(value: T): Held<T> {
  serial += 1
  return { id: recordId(compartment, serial.toString(16).padStart(64, '0')), compartment, path: [], version: 1, ord: serial, value }
}

/** The code's own evaluator over the same world. */
function accessOf(world: ModelWorld) {
  const memberships = membershipsOf(world)
  const countsAs: CountsAs = ({ id }) => [id, ...memberships.groupsOf(id)]
  const rbac = azureRbac([], countsAs)
  const at = { createdAt: 0, createdBy: '', updatedAt: 0, updatedBy: '' }
  for (const { principalId, scope, role, condition: when } of world.assignments) {
    const id = `r${(serial += 1)}`
    rbac.catalog.observe(
      undefined,
      held<CustomRole>({ id, roleName: id, description: '', assignableScopes: [], permissions: role.map(copied), ...at }),
    )
    rbac.observe(
      undefined,
      held<RoleAssignment>({
        name: id,
        scopeId: scope,
        scope: places.find(place => textOf(place) === scope) ?? assert.fail(scope),
        roleId: id,
        principalId,
        principalType: 'User',
        ...(when !== undefined && { condition: written(when) }),
        ...at,
      }),
    )
  }
  for (const { scope, here, principals, excluded, entry: forbidden } of world.denials)
    rbac.denials.observe(
      undefined,
      held<DenyAssignment>({
        name: 'd',
        denyAssignmentName: 'd',
        scopeId: scope,
        scope: places.find(place => textOf(place) === scope) ?? assert.fail(scope),
        doNotApplyToChildScopes: here,
        permissions: [copied(forbidden)],
        principals: principals.map(id =>
          id === '*' ? { id: '00000000-0000-0000-0000-000000000000', type: 'SystemDefined' } : { id, type: 'User' },
        ),
        excludePrincipals: excluded.map(id => ({ id, type: 'User' })),
        createdAt: 0,
        createdBy: '',
      }),
    )
  const rows = world.policies?.map(({ objectId, words }) => ({ objectId, tenantId: 't', words: new Set(words) }))
  const policies = rows === undefined ? undefined : Map.groupBy(rows, row => row.objectId)
  const book = accessPolicyBook(on => (on.some(place => place.includes('/vaults/')) ? policies : undefined), countsAs)
  return createAccess([book, rbac.book], countsAs)
}

const copied = (one: ModelEntry) => ({
  actions: [...one.actions],
  notActions: [...one.notActions],
  dataActions: [...one.dataActions],
  notDataActions: [...one.notDataActions],
})

/** The directory's own index, fed as the feed would. */
function membershipsOf(world: ModelWorld) {
  const feeds: { group?: (held: HeldGroup) => void; membership?: (held: HeldMembership) => void } = {}
  const index = indexMemberships({
    groups: { observe: observer => void (feeds.group = one => observer(undefined, one)) },
    memberships: { observe: observer => void (feeds.membership = one => observer(undefined, one)) },
  })
  for (const id of groups)
    feeds.group?.({ ...held({ id, tenantId: 't', displayName: id, mailNickname: id, owners: [], createdAt: 0 }), path: [id] })
  for (const [memberId, parents] of Object.entries(world.groups))
    for (const groupId of parents)
      feeds.membership?.({
        ...held({ tenantId: 't', groupId, memberId, memberKind: 'user' as const, addedAt: 0 }),
        path: [groupId, memberId],
      })
  return index
}

test(`${cases} random cases are judged as the slow model judges them`, () => {
  const random = randomBy(seed)
  const outcomes = { allowed: 0, refused: 0 }
  for (let done = 0; done < cases;) {
    const world = worldOf(random)
    const access = accessOf(world)
    for (let at = 0; at < questionsPerWorld && done < cases; at += 1) {
      // Those that another action carries too are few, and have the most ways.
      const permission = random.pick(random.chance(0.3) ? carriedToo : asked)
      const on = random.pick(places)
      const who = random.pick(people)
      const row = permissionRow(permission)
      const carrying = row.impliedBy !== undefined && isPermission(row.impliedBy) ? [permissionRow(row.impliedBy)] : []
      const spelled = /\/secrets\/(.+)$/.exec(textOf(on))?.[1]
      const secret = spelled !== undefined && random.chance(0.3) ? spelled.toUpperCase() : spelled
      const question: ModelQuestion = {
        who,
        scope: textOf(on),
        secret,
        ways: [row, ...carrying].map(({ azure = '', data, policies = '' }) => {
          const [kind = '', ...words] = policies.split(' ')
          return { action: azure, data: data === true, words: words.map(word => `${kind} ${word}`) }
        }),
      }
      const facts = ({ name }: { readonly name: string }) =>
        name === 'microsoft.keyvault/vaults/secrets:name' && secret !== undefined ? { anyCase: secret } : undefined
      const expected = modelAllows(world, question)
      const got = access.judge({ who: { id: who, kind: 'user', tenant: 't' }, permission, on, facts }).allowed
      if (got !== expected)
        assert.fail(
          `seed ${seed}, case ${done}: ${who} ${permission} on ${question.scope} (${secret ?? 'no name'}): model ${expected}, code ${got}\n${JSON.stringify(world)}`,
        )
      outcomes[got ? 'allowed' : 'refused'] += 1
      done += 1
    }
  }
  assert.ok(outcomes.allowed > cases / 50, JSON.stringify(outcomes))
})
