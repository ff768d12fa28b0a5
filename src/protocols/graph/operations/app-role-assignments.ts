import { Problem } from '#model/problem.ts'
import { appRoleById, assignAppRole, removeAppRole } from '#domain/app-roles/assignments.ts'
import type { HeldAppRole } from '#domain/app-roles/assignment-index.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { foundPrincipal } from '#domain/identity/change-principal.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed, inSet, noQuery } from '#protocols/graph/addressed.ts'
import { assignmentEntity, assignmentIn, shownAssignment } from '#protocols/graph/app-role-assignments.ts'
import { objectInSet } from '#protocols/graph/directory-objects.ts'
import { listAnswer, listQuery, madeAnswer, objectAnswer, objectQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { guid } from '#protocols/graph/values.ts'
import { empty } from '#protocols/http/answer.ts'

const reads = { permissions: ['directory.read'], scope: () => rootScope, body: { none: true } } as const
const writes = { permissions: ['directory.write'], scope: () => rootScope, query: noQuery } as const
/** Who has roles, and what has them. */
const ofSomebody = '/v1.0/{objects}/{id}/appRoleAssignments'
const atResource = '/v1.0/servicePrincipals/{id}/appRoleAssignedTo'
const oneOf = { assignmentId: guid }

/** One that the path does not lead to is not there. Raises `DirectoryObjectNotFound`. */
async function found(
  context: Context,
  call: Call,
  named: { readonly id: string; readonly end: 'principalId' | 'resourceId'; readonly of: string },
): Promise<HeldAppRole> {
  const held = await appRoleById(context, call, { tenantId: tenantOfCaller(call), id: named.id })
  if (held.value[named.end] === named.of) return held
  throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: named.id } })
}

function checkEnd(given: string, end: { readonly of: string; readonly name: string }): void {
  if (given.toLowerCase() === end.of) return
  throw new Problem({ code: 'InvalidBody', details: { name: end.name, message: 'is not the object of the path' } })
}

export const listAppRoleAssignments = graphOperation({
  ...reads,
  name: 'AppRoleAssignmentList',
  method: 'GET',
  path: ofSomebody,
  params: inSet,
  query: listQuery,
  async handle(context, call, { site, params, query, request }) {
    const { id } = await objectInSet(context, call, { tenantId: tenantOfCaller(call), set: params.objects, id: params.id })
    const all = context.identity.appRoles.of(id).map(held => shownAssignment(context, held))
    const entity = assignmentEntity
    return listAnswer(context, call, { site, request, query, entity, found: async filter => all.filter(one => filter.matches(one.value)) })
  },
})

export const createAppRoleAssignment = graphOperation({
  ...writes,
  name: 'AppRoleAssignmentCreate',
  method: 'POST',
  path: ofSomebody,
  params: inSet,
  body: { json: assignmentIn },
  async handle(context, call, { site, params, body, permit }) {
    const tenantId = tenantOfCaller(call)
    const { id } = await objectInSet(context, call, { tenantId, set: params.objects, id: params.id })
    checkEnd(body.principalId, { of: id, name: 'principalId' })
    const held = await assignAppRole(context, call, { permit: permit('directory.write'), tenantId, assignment: body })
    return madeAnswer(site, assignmentEntity, shownAssignment(context, held).value)
  },
})

export const deleteAppRoleAssignment = graphOperation({
  ...writes,
  name: 'AppRoleAssignmentDelete',
  method: 'DELETE',
  path: `${ofSomebody}/{assignmentId}`,
  params: inSet.extend(oneOf),
  body: { none: true },
  async handle(context, call, { params, permit }) {
    const { id } = await objectInSet(context, call, { tenantId: tenantOfCaller(call), set: params.objects, id: params.id })
    const assignment = await found(context, call, { id: params.assignmentId, end: 'principalId', of: id })
    removeAppRole(context, call, { permit: permit('directory.write'), assignment })
    return empty(204)
  },
})

export const listAppRoleAssignedTo = graphOperation({
  ...reads,
  name: 'AppRoleAssignedToList',
  method: 'GET',
  path: atResource,
  params: addressed,
  query: listQuery,
  async handle(context, call, { site, params, query, request }) {
    const { value: resource } = await foundPrincipal(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const all = context.identity.appRoles.at(resource.id).map(held => shownAssignment(context, held))
    const entity = assignmentEntity
    return listAnswer(context, call, { site, request, query, entity, found: async filter => all.filter(one => filter.matches(one.value)) })
  },
})

export const getAppRoleAssignedTo = graphOperation({
  ...reads,
  name: 'AppRoleAssignedToGet',
  method: 'GET',
  path: `${atResource}/{assignmentId}`,
  params: addressed.extend(oneOf),
  query: objectQuery,
  async handle(context, call, { site, params, query }) {
    const held = await found(context, call, { id: params.assignmentId, end: 'resourceId', of: params.id.toLowerCase() })
    return objectAnswer({ site, query, entity: assignmentEntity }, shownAssignment(context, held).value)
  },
})

export const createAppRoleAssignedTo = graphOperation({
  ...writes,
  scope: ({ params }) => ownedScope({ set: 'servicePrincipals', id: params.id }),
  name: 'AppRoleAssignedToCreate',
  method: 'POST',
  path: atResource,
  params: addressed,
  body: { json: assignmentIn },
  async handle(context, call, { site, params, body, permit }) {
    const tenantId = tenantOfCaller(call)
    const { value: resource } = await foundPrincipal(context, call, { tenantId, id: params.id })
    checkEnd(body.resourceId, { of: resource.id, name: 'resourceId' })
    const held = await assignAppRole(context, call, { permit: permit('directory.write'), tenantId, assignment: body })
    return madeAnswer(site, assignmentEntity, shownAssignment(context, held).value)
  },
})

export const deleteAppRoleAssignedTo = graphOperation({
  ...writes,
  scope: ({ params }) => ownedScope({ set: 'servicePrincipals', id: params.id }),
  name: 'AppRoleAssignedToDelete',
  method: 'DELETE',
  path: `${atResource}/{assignmentId}`,
  params: addressed.extend(oneOf),
  body: { none: true },
  async handle(context, call, { params, permit }) {
    const assignment = await found(context, call, { id: params.assignmentId, end: 'resourceId', of: params.id.toLowerCase() })
    removeAppRole(context, call, { permit: permit('directory.write'), assignment })
    return empty(204)
  },
})
