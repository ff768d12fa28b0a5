import type { Millis, Scope } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import type { Context } from '#domain/context.ts'
import type { Vault } from '#domain/resources/records.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import { allPermissions } from './grant-command.ts'
import { noFacts } from './permit.ts'
import { permissionRow, type Permission } from './permissions.ts'
import { rowsFor } from './weigh.ts'

/** What somebody can really do in a vault, in the words of a review. */
export interface May {
  /** `manage`, `give roles`. */
  readonly management: readonly string[]
  /** `keys sign`; of one object alone: `keys sign on keys/k1`. */
  readonly data: readonly string[]
  /** What a condition may allow, depending on the request. */
  readonly conditional: readonly string[]
}

/** What counts as managing a vault. */
const managing: readonly (readonly [Permission, string])[] = [
  ['vault.read', 'read'],
  ['vault.write', 'manage'],
  ['vault.writePolicies', 'write policies'],
  ['vault.delete', 'delete'],
  ['vault.purge', 'purge'],
  ['roleAssignment.write', 'give roles'],
]

/** The data plane's permissions by what access policies call them: one word for both models. */
const using = allPermissions.flatMap(permission => {
  const { data, policies = '' } = permissionRow(permission)
  const [kind = '', word = ''] = policies.split(' ')
  return data === true && word !== '' ? [[permission, `${kind} ${word}`] as const] : []
})

/** Words that no role can tell apart from a word: `keys list` is `keys get`, and both carry what the public half can do. Access policies can. */
export const comesWith: ReadonlyMap<string, readonly string[]> = new Map(
  [...Map.groupBy(using, ([, word]) => word)].map(([word, rows]) => {
    const actions = new Set(rows.flatMap(([permission]) => rowsFor(permission)).map(row => row.azure))
    return [word, using.filter(([other]) => actions.has(permissionRow(other).azure)).map(([, same]) => same)]
  }),
)

interface Asked {
  readonly vault: Vault
  readonly who: Principal
  readonly at: Millis
}

/** Judges every permission of a vault, and of each object in it that somebody was given by itself. */
export function mayOf(context: Context, { vault, who, at }: Asked): May & { readonly permissions: ReadonlySet<Permission> } {
  const permissions = new Set<Permission>()
  const conditional = new Set<string>()
  const data = new Set<string>()
  const allowed = (permission: Permission, on: Scope, word: string): boolean => {
    const ruling = context.access.judge({ who, permission, on, facts: noFacts, at })
    if (ruling.allowed) permissions.add(permission)
    else if (ruling.because === 'condition-not-met') conditional.add(word)
    return ruling.allowed
  }
  const management = managing.filter(([permission, word]) => allowed(permission, vault.scope, word)).map(([, word]) => word)
  for (const [permission, word] of using) if (allowed(permission, vault.scope, word)) data.add(word)
  for (const place of placesWithin(context, vault, who)) {
    const object = (place.at(-1) ?? '').slice((vault.scope.at(-1) ?? '').length + 1)
    for (const [permission, word] of using) {
      if (data.has(word) || !object.startsWith(`${word.split(' ')[0]}/`)) continue
      if (allowed(permission, place, `${word} on ${object}`)) data.add(`${word} on ${object}`)
    }
  }
  return { management, data: [...data], conditional: [...conditional], permissions }
}

/** Places inside a vault where somebody, or a group of theirs, was given a role. */
const placesWithin = (context: Context, vault: Vault, who: Principal): readonly Scope[] => [
  ...new Map(
    context.rbac
      .assignmentsOf(who)
      .map(({ value }) => value.scope)
      .filter(scope => scope.length > vault.scope.length && standsIn(scope, vault.scope))
      .map(scope => [scope.at(-1) ?? '', scope]),
  ).values(),
]
