import { z } from 'zod'
import { addFederated } from '#domain/federation/application-credentials.ts'
import { applicationNamed } from '#domain/identity/named-application.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const defaultAudience = 'api://AzureADTokenExchange'

/** Lets a workload outside act as an application, without a secret. */
export const federateApplication = adminOperation({
  name: 'ApplicationFederate',
  method: 'POST',
  path: '/applications/federated',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: {
    json: z.strictObject({
      application: z.string().min(1, 'an application has a name'),
      name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/, 'name is 3 to 120 letters, digits, hyphens and underscores'),
      issuer: z.string(),
      subject: z.string(),
      audience: z.string().optional(),
    }),
  },
  async handle(context, call, { site, body, permit }) {
    const { tenantId } = site.runtime
    const application = applicationNamed(context, call, { tenantId, name: body.application })
    const { name, issuer, subject, audience = defaultAudience } = body
    const terms = { issuer, subject, audiences: [audience] }
    const credential = addFederated(context, call, { permit: permit('directory.write'), application, name, terms })
    const { appId, id, displayName } = application.value
    call.resource = `/tenants/${tenantId}/applications/${id} ${displayName}`
    call.details.set('appId', appId).set('issuer', issuer).set('subject', subject)
    return json(201, { application: displayName, clientId: appId, id: credential.id, name, issuer, subject, audience })
  },
})
