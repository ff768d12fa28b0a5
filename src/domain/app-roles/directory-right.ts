import type { Principal } from '#model/principal.ts'
import type { Needs } from '#domain/context.ts'
import { consentedScopes } from '#domain/consent/consented.ts'
import { appIdOf } from '#domain/identity/audiences.ts'
import { assignedRoles } from './assigned-roles.ts'

type Right = 'read' | 'write'

const higher = (one: Right | undefined, other: Right | undefined): Right | undefined =>
  one === 'write' || other === 'write' ? 'write' : (one ?? other)

/**
 * What a principal may do with its tenant's directory now: an application by its own right and by Graph's roles that were assigned to it; a user
 * reads it, as every member may, through a client that there is consent to for that.
 */
export function directoryRight(context: Needs<'identity'>, who: Principal): Right | undefined {
  const own = context.identity.index.rightOf(who)
  const { tenant: tenantId, appId: clientId } = who
  if (tenantId === undefined || clientId === undefined) return own
  const graph = appIdOf('graph')
  if (who.kind === 'user') {
    const scopes = consentedScopes(context, { tenantId, clientId, resourceAppId: graph, userId: who.id })
    return higher(own, scopes.some(scope => readingScopes.has(scope.toLowerCase())) ? 'read' : undefined)
  }
  const roles = assignedRoles(context, { tenantId, principalId: who.id, kind: 'servicePrincipal', resourceAppId: graph })
  return higher(own, rightOf(roles))
}

const readingScopes = new Set(['directory.read.all', 'directory.accessasuser.all'])

/** Who manages what it owns sees the rest. */
function rightOf(roles: readonly string[]): Right | undefined {
  if (roles.includes('Directory.ReadWrite.All')) return 'write'
  return roles.length > 0 ? 'read' : undefined
}
