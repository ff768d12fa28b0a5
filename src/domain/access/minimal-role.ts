import { millis, scopeOf, type Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { keyNamesIn } from '#domain/inventory/last-uses.ts'
import { rootScope, standsIn } from '#domain/resources/scopes.ts'
import type { ExplainQuestion } from './explain.ts'
import { placeNamed } from './explain-place.ts'
import { permissionNamed } from './explain-words.ts'
import { allPermissions, grantOf, leastRole } from './grant-command.ts'
import { principalNamed, type Named } from './named-principal.ts'
import { permissionRow, type Permission } from './permissions.ts'
import { entryMatch, type RoleDefinition } from './role-definition.ts'
import type { OfferedOperation } from './try-operations.ts'

/** The least that would do. */
export interface Minimal {
  readonly principal: { readonly objectId: string; readonly displayName: string; readonly type: Named['type'] }
  readonly scope: string
  /** Whence it is known what is needed: somebody said it, it is what a disk encryption set does, or what the audit has of 90 days. */
  readonly from: 'question' | 'diskEncryptionSet' | 'audit'
  readonly needs: readonly string[]
  /** Absent where nothing is needed, or no single built-in role gives all of it unconditionally. */
  readonly role?: { readonly name: string; readonly id: string; readonly gives: readonly string[]; readonly exactly: boolean }
  /** What it has now that stands here, and what that gives beyond the need. */
  readonly held: readonly { readonly role: string; readonly scope: string; readonly surplus: readonly string[] }[]
  readonly grant?: readonly string[]
}

const usesOfMs = 90 * 86_400_000
/** What a set asks of its key (disk-encryption.md A.1). */
const ofSet: readonly Permission[] = ['key.read', 'key.wrap', 'key.unwrap']

/** Which single role is enough for what somebody does, or is asked about. Opens nothing. Raises as `explain`. */
export async function minimalRole(
  context: Context,
  call: Call,
  { operations, ...question }: ExplainQuestion & { readonly operations: readonly OfferedOperation[] },
): Promise<Minimal> {
  const named = principalNamed(context, question)
  const { on, needs, from } = await needsOf(context, call, { named, question, operations })
  const role = needs.length === 0 ? undefined : leastRole(needs)
  const gives = role === undefined ? [] : dataGiven(role)
  const needed = actionsOf(needs)
  const held = context.rbac
    .assignmentsOf(named.who)
    .filter(({ value }) => standsIn(on, value.scope))
    .map(({ compartment, value: { roleId, scopeId } }) => {
      const definition = context.rbac.catalog.find(compartment, roleId)?.definition
      const surplus = definition === undefined ? [] : dataGiven(definition).filter(action => !needed.includes(action))
      return { role: definition?.roleName ?? roleId, scope: scopeId === '' ? '/' : scopeId, surplus }
    })
  return {
    principal: { objectId: named.id, displayName: named.displayName, type: named.type },
    scope: placeText(on),
    from,
    needs: needed,
    ...(role !== undefined && {
      role: { name: role.roleName, id: role.id, gives, exactly: gives.every(action => needed.includes(action)) },
      grant: grantOf(role, { on, to: named }),
    }),
    held,
  }
}

const placeText = (on: Scope): string => (on.length === 1 ? '/' : (on.at(-1) ?? '/'))

const actionsOf = (permissions: readonly Permission[]): readonly string[] => [
  ...new Set(permissions.map(permission => permissionRow(permission).azure ?? permission)),
]

/** The actions of the data plane that a role names, whatever its conditions say: not what they carry besides. */
function dataGiven(role: RoleDefinition): readonly string[] {
  const matches = role.permissions.map(entryMatch)
  const names = (action: string | undefined): boolean => action !== undefined && matches.some(match => match(action, true))
  return actionsOf(allPermissions.filter(permission => permissionRow(permission).data === true && names(permissionRow(permission).azure)))
}

interface Asked {
  readonly named: Named
  readonly question: ExplainQuestion
  readonly operations: readonly OfferedOperation[]
}

interface Need extends Pick<Minimal, 'from'> {
  readonly on: Scope
  readonly needs: readonly Permission[]
}

async function needsOf(context: Context, call: Call, { named, question, operations }: Asked): Promise<Need> {
  const asked = question.scope === undefined ? undefined : await placeNamed(context, call, question.scope)
  if (question.action !== undefined) return { on: asked ?? rootScope, needs: [permissionNamed(question.action)], from: 'question' }
  const set = context.diskEncryptionSets.peek().find(({ value }) => value.id.toLowerCase() === named.resourceId?.toLowerCase())
  if (set !== undefined)
    return { on: asked ?? (await placeNamed(context, call, set.value.activeKey.keyUrl)), needs: ofSet, from: 'diskEncryptionSet' }
  return { ...(await seen(context, call, { named, asked, operations })), from: 'audit' }
}

/** What it did and was allowed in vaults; and the place that all of it stands in, where none was asked. */
async function seen(
  context: Context,
  call: Call,
  { named, asked, operations }: Pick<Asked, 'named' | 'operations'> & { readonly asked: Scope | undefined },
): Promise<Omit<Need, 'from'>> {
  const used = await usedPlaces(context, call, { named, operations })
  const needs = new Set<Permission>()
  const places: Scope[] = []
  for (const [name, permissions] of used) {
    const place = await placeIf(context, call, name)
    if (place === undefined || (asked !== undefined && !standsIn(place, asked))) continue
    places.push(place)
    for (const permission of permissions) needs.add(permission)
  }
  return { on: asked ?? commonPlace(places), needs: [...needs] }
}

/** By a key's name, or a vault's: what was asked for there and given. */
async function usedPlaces(
  context: Context,
  call: Call,
  { named, operations }: Pick<Asked, 'named' | 'operations'>,
): Promise<ReadonlyMap<string, ReadonlySet<Permission>>> {
  const offered = new Map(operations.filter(({ of }) => of === 'vault').map(({ name, permissions }) => [name, permissions]))
  const used = new Map<string, Set<Permission>>()
  for await (const row of context.trail({ since: millis(call.at - usesOfMs), principal: named.id })) {
    const { decision, operation, resourceId } = row
    const [name = /^https:\/\/([^./:]+)\.vault\./i.exec(resourceId)?.[1]] = keyNamesIn(row)
    if (!decision.allow || name === undefined) continue
    const permissions = used.getOrInsertComputed(name, () => new Set<Permission>())
    for (const permission of offered.get(operation) ?? []) permissions.add(permission)
  }
  return used
}

/** `undefined` for what is gone. */
async function placeIf(context: Context, call: Call, name: string): Promise<Scope | undefined> {
  try {
    return await placeNamed(context, call, name)
  } catch {
    return undefined
  }
}

/** The deepest place that all of them stand in. */
function commonPlace(places: readonly Scope[]): Scope {
  const [first, ...others] = places
  if (first === undefined) return rootScope
  const depth = others.reduce((least, other) => Math.min(least, sharedDepth(first, other)), first.length)
  return scopeOf(first.slice(0, depth))
}

const sharedDepth = (a: Scope, b: Scope): number => {
  const at = a.findIndex((one, index) => one !== b[index])
  return at === -1 ? a.length : at
}
