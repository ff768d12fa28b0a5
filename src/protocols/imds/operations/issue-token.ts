import { z } from 'zod'
import { issueManagedToken } from '#domain/identity/issue-managed-token.ts'
import { identityOfMachine } from '#domain/machines/machine-identity.ts'
import { json } from '#protocols/http/answer.ts'
import { metadataOperation } from '#protocols/imds/site.ts'

const text = (name: string) => z.string().max(1_024, `The query variable '${name}' is too long`).optional()
const resource = z
  .string("Required query variable 'resource' is missing")
  .min(1, "Required query variable 'resource' is missing")
  .max(1_024, "The query variable 'resource' is too long")

/** Clients have spelt the id of a resource in two ways (identity-and-arm.md 1.9): either is taken. */
const query = z
  .object({
    resource,
    client_id: text('client_id'),
    object_id: text('object_id'),
    msi_res_id: text('msi_res_id'),
    mi_res_id: text('mi_res_id'),
  })
  .transform(({ resource: asked, client_id: clientId, object_id: objectId, msi_res_id: msi, mi_res_id: mi }) => ({
    resource: asked,
    selector: { clientId, objectId, resourceId: msi ?? mi },
  }))

/** A token of this machine's identity: times as strings, as the service has them. */
export const issueMachineToken = metadataOperation({
  name: 'MachineTokenIssue',
  method: 'GET',
  path: '/metadata/identity/oauth2/token',
  permissions: 'public',
  params: z.object({}),
  query,
  body: { none: true },
  async handle(context, call, { site, query: { resource: asked, selector } }) {
    const identity = identityOfMachine(site.machine.value, selector)
    const token = await issueManagedToken(context, call, { identity, resource: asked })
    const lives = token.expiresAt - token.issuedAt
    return json(200, {
      access_token: token.accessToken,
      client_id: token.appId,
      expires_in: lives.toString(),
      expires_on: token.expiresAt.toString(),
      ext_expires_in: (lives - 1).toString(),
      not_before: token.issuedAt.toString(),
      resource: asked,
      token_type: 'Bearer',
    })
  },
})

/** The same for programs that know the App Service endpoint alone (2019-08-01). */
export const issueAppServiceToken = metadataOperation({
  name: 'AppServiceTokenIssue',
  method: 'GET',
  path: '/msi/token',
  permissions: 'public',
  params: z.object({}),
  query,
  body: { none: true },
  async handle(context, call, { site, query: { resource: asked, selector } }) {
    const identity = identityOfMachine(site.machine.value, selector)
    const token = await issueManagedToken(context, call, { identity, resource: asked })
    return json(200, {
      access_token: token.accessToken,
      client_id: token.appId,
      expires_on: token.expiresAt.toString(),
      not_before: token.issuedAt.toString(),
      resource: asked,
      token_type: 'Bearer',
    })
  },
})
