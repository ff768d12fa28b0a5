import { Problem } from '#model/problem.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed } from '#protocols/graph/addressed.ts'
import { anyEntity, objectById } from '#protocols/graph/directory-objects.ts'
import { objectAnswer, objectQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

/** An object by its id alone, with its type. */
export const getDirectoryObject = graphOperation({
  name: 'DirectoryObjectGet',
  method: 'GET',
  path: '/v1.0/directoryObjects/{id}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: addressed,
  query: objectQuery,
  body: { none: true },
  async handle(context, call, { site, params, query }) {
    const found = await objectById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    if (found === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: params.id } })
    return objectAnswer({ site, query, entity: anyEntity }, found)
  },
})
