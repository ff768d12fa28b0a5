import { z } from 'zod'
import { refused } from '#domain/identity/refusals.ts'
import type { ClientCredential } from '#domain/identity/sign-in.ts'
import type { WireRequest } from '#protocols/http/request.ts'

/** What of a token request is read; clients send a dozen of telemetry members besides. */
export const tokenForm = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  client_assertion: z.string().optional(),
  client_assertion_type: z.string().optional(),
  scope: z.string().optional(),
  resource: z.string().optional(),
  claims: z.string().optional(),
  client_info: z.string().optional(),
  code: z.string().optional(),
  redirect_uri: z.string().optional(),
  code_verifier: z.string().optional(),
  device_code: z.string().optional(),
  refresh_token: z.string().optional(),
  assertion: z.string().optional(),
  requested_token_use: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
})
export type TokenForm = z.output<typeof tokenForm>

export interface Client {
  readonly clientId: string | undefined
  readonly credential: ClientCredential
}

/** The client by the form, or by HTTP Basic (RFC 6749 2.3.1): form-encoded, then base64; never both at once. */
export function clientOf(form: TokenForm, request: WireRequest): Client {
  const basic = basicOf(request.header('authorization'))
  if (basic === undefined) return { clientId: filled(form.client_id), credential: credentialOf(form) }
  if (form.client_secret !== undefined || form.client_assertion !== undefined)
    throw refused('malformed', 'The request presents more than one client credential.')
  if (form.client_id !== undefined && form.client_id.toLowerCase() !== basic.clientId.toLowerCase())
    throw refused('malformed', "The 'client_id' of the body is not the one of the Authorization header.")
  return { clientId: basic.clientId, credential: { secret: basic.secret } }
}

function credentialOf(form: TokenForm): ClientCredential {
  const [secret, assertion, assertionType] = [filled(form.client_secret), filled(form.client_assertion), filled(form.client_assertion_type)]
  return {
    ...(secret !== undefined && { secret }),
    ...(assertion !== undefined && { assertion }),
    ...(assertionType !== undefined && { assertionType }),
  }
}

/** A parameter without a value counts as left out (RFC 6749 3.2). */
export const filled = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

function basicOf(header: string | undefined): { readonly clientId: string; readonly secret: string } | undefined {
  if (header === undefined) return undefined
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? []
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon <= 0) throw refused('malformed', 'The Authorization header is not HTTP Basic with a client and its secret.')
  return { clientId: formDecoded(text.slice(0, colon)), secret: formDecoded(text.slice(colon + 1)) }
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw refused('malformed', 'The Authorization header is not form-encoded.')
  }
}

const capabilities = z.object({
  access_token: z.object({ xms_cc: z.object({ values: z.array(z.string()).optional() }).nullish() }).nullish(),
})

/** Does the client say that it understands claims challenges? (identity-and-arm.md 1.8: `cp1` in any case.) */
export function isCapable(claims: string | undefined): boolean {
  if (claims === undefined || claims === '') return false
  let value: unknown
  try {
    value = JSON.parse(claims)
  } catch {
    throw refused('malformed', "The parameter 'claims' is not JSON.")
  }
  const asked = capabilities.safeParse(value)
  if (!asked.success) throw refused('malformed', "The parameter 'claims' does not have the form that OpenID Connect gives it.")
  return asked.data.access_token?.xms_cc?.values?.some(one => one.toLowerCase() === 'cp1') ?? false
}
