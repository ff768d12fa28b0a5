import { z } from 'zod'
import { purgeDeleted } from '#domain/deleted-objects/purge.ts'
import { keptDeletedMs, type DeletedKind } from '#domain/deleted-objects/records.ts'
import { deletedById, restoreDeleted } from '#domain/deleted-objects/restore.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { deletedEntity, deletedOf, deletedShown } from '#protocols/graph/deleted-items.ts'
import { contextUrl, listAnswer, listQuery, objectAnswer, objectQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty, json } from '#protocols/http/answer.ts'

const listOf = (name: string, kind: DeletedKind) => {
  const entity = deletedEntity(kind)
  return graphOperation({
    name,
    method: 'GET',
    path: `/v1.0/directory/deletedItems/microsoft.graph.${kind}`,
    permissions: ['directory.read'],
    scope: () => rootScope,
    params: z.object({}),
    query: listQuery,
    body: { none: true },
    async handle(context, call, { site, query, request }) {
      const found = deletedOf(context, call, { kind, until: call.at - keptDeletedMs })
      return listAnswer(context, call, {
        site,
        request,
        query,
        entity,
        found: async filter => found.filter(({ value }) => filter.matches(value)),
      })
    },
  })
}

export const listDeletedUsers = listOf('DeletedUserList', 'user')
export const listDeletedGroups = listOf('DeletedGroupList', 'group')
export const listDeletedApplications = listOf('DeletedApplicationList', 'application')
export const listDeletedServicePrincipals = listOf('DeletedServicePrincipalList', 'servicePrincipal')

export const getDeletedItem = graphOperation({
  name: 'DeletedItemGet',
  method: 'GET',
  path: '/v1.0/directory/deletedItems/{id}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: addressed,
  query: objectQuery,
  body: { none: true },
  async handle(context, call, { site, params, query }) {
    const { value } = await deletedById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    return objectAnswer({ site, query, entity: deletedEntity(value.object.kind) }, value)
  },
})

export const restoreDeletedItem = graphOperation({
  name: 'DeletedItemRestore',
  method: 'POST',
  path: '/v1.0/directory/deletedItems/{id}/restore',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: addressed,
  query: noQuery,
  body: { optionalJson: z.strictObject({ autoReconcileProxyConflict: z.boolean().nullish() }) },
  async handle(context, call, { site, params, permit }) {
    const deleted = await deletedById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    const object = await restoreDeleted(context, call, { permit: permit('directory.write'), deleted })
    call.details.set('kind', object.kind)
    const { userPrincipalName } = { userPrincipalName: undefined, ...object.value }
    return json(200, {
      '@odata.context': `${contextUrl(site, 'directoryObjects')}/$entity`,
      ...deletedShown(deleted.value),
      ...(userPrincipalName !== undefined && { userPrincipalName }),
      deletedDateTime: null,
    })
  },
})

export const purgeDeletedItem = graphOperation({
  name: 'DeletedItemPurge',
  method: 'DELETE',
  path: '/v1.0/directory/deletedItems/{id}',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: addressed,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { params, permit }) {
    const deleted = await deletedById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    await purgeDeleted(context, call, { permit: permit('directory.write'), deleted })
    call.details.set('kind', deleted.value.object.kind)
    return empty(204)
  },
})
