import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { isOwn } from '#domain/identity/change-application.ts'
import { principalById } from '#domain/identity/directory.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { applicationShown, guid, principalShown } from '#protocols/graph/shapes.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { json } from '#protocols/http/answer.ts'

async function objectOf(context: Context, call: Call, id: string): Promise<{ readonly type: string; readonly shown: object } | undefined> {
  const tenantId = tenantOfCaller(call)
  const principal = await principalById(context, call, tenantId, id)
  if (principal !== undefined) return { type: 'servicePrincipal', shown: principalShown(principal.value) }
  const application = await context.applications.get(call, compartmentOfGuid(tenantId), [id.toLowerCase()])
  return application !== undefined && isOwn(application.value)
    ? { type: 'application', shown: applicationShown(application.value) }
    : undefined
}

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
    const found = await Promise.all([...new Set(body.ids)].map(async id => objectOf(context, call, id)))
    const value = found
      .filter(one => one !== undefined)
      .filter(({ type }) => wanted(type))
      .map(({ type, shown }) => Object.assign({ '@odata.type': `#microsoft.graph.${type}` }, shown))
    return json(200, { '@odata.context': `${site.baseUrl}/v1.0/$metadata#directoryObjects`, value })
  },
})
