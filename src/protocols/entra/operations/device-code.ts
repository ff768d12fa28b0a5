import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { startDevice, type StartedDevice } from '#domain/sign-in/device-codes.ts'
import { deviceCodeLifeSeconds, pollSeconds } from '#domain/sign-in/lifetimes.ts'
import { reachedAt } from '#protocols/entra/authorization-query.ts'
import { entraOperation, type EntraSite } from '#protocols/entra/site.ts'
import { filled } from '#protocols/entra/token-form.ts'
import { json } from '#protocols/http/answer.ts'

const text = (max: number) => z.string().max(max, 'too long').transform(filled).optional()

const declared = {
  name: 'DeviceCodeIssue',
  method: 'POST',
  permissions: 'public',
  unversioned: true,
  params: z.object({ tenant: z.string() }),
  query: z.object({}),
  body: { form: z.object({ client_id: text(64), scope: text(2_048), resource: text(512) }) },
} as const

interface Posted {
  readonly site: EntraSite
  readonly params: { readonly tenant: string }
  readonly body: { readonly client_id?: string | undefined; readonly scope?: string | undefined; readonly resource?: string | undefined }
}

async function started(context: Context, call: Call, { site, params, body, version }: Posted & { readonly version: 'v1' | 'v2' }) {
  const byResource = version === 'v1' && !(params.tenant.toLowerCase() === 'adfs' && body.resource === undefined)
  const asked = byResource ? { resource: body.resource } : { scope: body.scope }
  const made = await startDevice(context, call, {
    tenant: params.tenant,
    clientId: body.client_id,
    asked,
    reached: reachedAt(context, site),
  })
  return answerOf(made, `${site.baseUrl}/devicelogin`)
}

/** RFC 8628 3.2, and Entra's sentence, which clients print as it is. */
const answerOf = ({ deviceCode, userCode }: StartedDevice, uri: string) => ({
  user_code: userCode,
  device_code: deviceCode,
  verification_uri: uri,
  expires_in: deviceCodeLifeSeconds,
  interval: pollSeconds,
  message: `To sign in, use a web browser to open the page ${uri} and enter the code ${userCode} to authenticate.`,
})

export const deviceCodeV2 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/v2.0/devicecode',
  handle: async (context, call, input) => json(200, await started(context, call, { ...input, version: 'v2' })),
})

/** v1 and `/adfs`: numbers are strings, and the address has v1's name as well. */
export const deviceCodeV1 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/devicecode',
  async handle(context, call, input) {
    const { expires_in, interval, verification_uri, ...rest } = await started(context, call, { ...input, version: 'v1' })
    const times = { expires_in: expires_in.toString(), interval: interval.toString() }
    return json(200, { ...rest, ...times, verification_uri, verification_url: verification_uri })
  },
})
