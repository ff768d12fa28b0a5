import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { objectById } from '#protocols/graph/directory-objects.ts'
import { contextUrl } from '#protocols/graph/lists.ts'
import { guid } from '#protocols/graph/values.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { json } from '#protocols/http/answer.ts'

/** What is there of the ids that are asked for; the rest is left out. `az role assignment list` fills in names by it. */
export const getDirectoryObjects = graphOperation({
  name: 'DirectoryObjectsGetByIds',
  method: 'POST',
  path: '/v1.0/directoryObjects/getByIds',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: noQuery,
  body: {
    json: z.object({
      ids: z.array(guid).min(1, 'no ids are given').max(1_000, 'more than 1000 ids are given'),
      types: z.array(z.string()).nullish(),
    }),
  },
  async handle(context, call, { site, body }) {
    const types = body.types?.map(type => type.toLowerCase()) ?? ['directoryobject']
    const wanted = (type: string): boolean => types.includes('directoryobject') || types.includes(type.toLowerCase())
    const tenantId = tenantOfCaller(call)
    const found = await Promise.all([...new Set(body.ids)].map(async id => objectById(context, call, { tenantId, id })))
    const value = found.filter(one => one !== undefined && wanted(one.type)).map(one => one?.shown())
    return json(200, { '@odata.context': contextUrl(site, 'directoryObjects'), value })
  },
})
