import type { CompartmentId, Scope } from '#model/brands.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { conditionIn } from './conditions/condition-in.ts'
import type { Condition } from './conditions/evaluate.ts'
import { entryMatch, type EntryMatch, type RoleDefinition } from './role-definition.ts'
import type { CustomRole } from './records.ts'

export interface CompiledEntry {
  readonly matches: EntryMatch
  readonly condition: Condition | undefined
}

export interface CompiledRole {
  readonly definition: RoleDefinition
  readonly entries: readonly CompiledEntry[]
}

/** The built-in roles, the same for all, and each tenant's own: compiled once, found by the tenant's compartment. */
export interface RoleCatalog {
  observe(before: Held<CustomRole> | undefined, after: Held<CustomRole> | undefined): void
  find(tenant: CompartmentId, id: string): CompiledRole | undefined
  /** The tenant's own roles. */
  customOf(tenantId: string): readonly RoleDefinition[]
}

/** A tenant's own role as all roles are. */
export const definitionOf = ({ id, roleName, description, assignableScopes, permissions }: CustomRole): RoleDefinition => ({
  id,
  roleName,
  description,
  custom: true,
  assignableScopes: assignableScopes.map(place => place.scopeId),
  permissions,
})

/** Assignable at a scope, above it or below it: lists show it there. */
export const isKnownAt = ({ assignableScopes }: RoleDefinition, scope: Scope): boolean => {
  const here = scope.at(-1) ?? ''
  return assignableScopes.some(text => {
    const place = text === '/' ? '' : text.toLowerCase()
    return scope.includes(place) || place === here || place.startsWith(`${here}/`)
  })
}

export function compileRole(definition: RoleDefinition): CompiledRole {
  const entries = definition.permissions.map(entry => ({
    matches: entryMatch(entry),
    condition: conditionIn(entry.condition),
  }))
  return { definition, entries }
}

export function roleCatalog(builtIns: readonly RoleDefinition[]): RoleCatalog {
  const everywhere = new Map(builtIns.map(role => [role.id, compileRole(role)]))
  const custom = new Map<CompartmentId, Map<string, CompiledRole>>()
  return {
    observe(before, after) {
      if (before !== undefined) custom.get(before.compartment)?.delete(before.value.id)
      if (after !== undefined)
        custom.getOrInsertComputed(after.compartment, () => new Map()).set(after.value.id, compileRole(definitionOf(after.value)))
    },
    find: (tenant, id) => everywhere.get(id) ?? custom.get(tenant)?.get(id),
    customOf: tenantId => [...(custom.get(compartmentOfGuid(tenantId))?.values() ?? [])].map(role => role.definition),
  }
}
