import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { isOwn } from '#domain/identity/change-application.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { applicationEntity, principalEntity } from '#protocols/graph/entities.ts'
import { shownOf } from '#protocols/graph/entity.ts'
import { contextUrl } from '#protocols/graph/lists.ts'
import { withApplication } from '#protocols/graph/shown-principal.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { json } from '#protocols/http/answer.ts'

const byClientId = /^(applications|servicePrincipals)\(appId='([0-9a-f-]{36})'\)$/i

async function foundBy(context: Context, call: Call, named: { readonly set: string; readonly appId: string }): Promise<object | undefined> {
  const { index } = context.identity
  const tenantId = tenantOfCaller(call)
  if (named.set === 'applications') {
    const indexed = index.application(tenantId, named.appId)
    const held = indexed && (await context.applications.get(call, indexed.compartment, indexed.path))
    return held !== undefined && isOwn(held.value) ? shownOf(applicationEntity, held.value) : undefined
  }
  const indexed = index.servicePrincipalOfApp(tenantId, named.appId)
  const held = indexed && (await context.servicePrincipals.get(call, indexed.compartment, indexed.path))
  return held === undefined ? undefined : shownOf(principalEntity, withApplication(context, held.value))
}

/** `/applications(appId='…')`: OData's alternate key stands in the segment itself. */
export const getByAlternateKey = graphOperation({
  name: 'DirectoryObjectGetByKey',
  method: 'GET',
  path: '/v1.0/{keyed}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: z.object({ keyed: z.string() }),
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params }) {
    const [, word, given] = byClientId.exec(params.keyed) ?? []
    if (word === undefined || given === undefined) throw new Problem({ code: 'UnknownRoute' })
    const set = word.toLowerCase() === 'applications' ? 'applications' : 'servicePrincipals'
    const shown = await foundBy(context, call, { set, appId: given.toLowerCase() })
    if (shown === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: given } })
    return json(200, { '@odata.context': `${contextUrl(site, set)}/$entity`, ...shown })
  },
})
