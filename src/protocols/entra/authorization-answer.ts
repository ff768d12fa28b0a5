import type { Authorization } from '#domain/sign-in/authorization.ts'
import { stateOf, type AuthorizationResponse } from '#domain/sign-in/authorize.ts'
import { issuerV2 } from '#domain/sign-in/user-tokens.ts'
import { refused, type Refusal } from '#domain/identity/refusals.ts'
import { empty, type Answer } from '#protocols/http/answer.ts'
import { formPostPage } from './pages/plain-pages.ts'
import type { EntraSite } from './site.ts'

/** The answer to the client, by the way that it asked for. Its address was found registered before. */
export function delivered(authorization: Authorization, response: AuthorizationResponse, cookie?: string): Answer {
  const { redirectUri, responseMode } = authorization
  if (responseMode === 'form_post') return formPostPage(redirectUri, response, cookie)
  const text = new URLSearchParams(response).toString()
  const mark = responseMode === 'fragment' ? '#' : redirectUri.includes('?') ? '&' : '?'
  return empty(303, {
    location: `${redirectUri}${mark}${text}`,
    'referrer-policy': 'no-referrer',
    ...(cookie !== undefined && { 'set-cookie': cookie }),
  })
}

/** The client is told that nobody signed in: what it asked for was right, so it may know (RFC 6749 4.1.2.1). */
export function deliveredRefusal(
  authorization: Authorization,
  why: { readonly refusal: Refusal; readonly message: string; readonly site: EntraSite },
): Answer {
  const { body } = refused(why.refusal, why.message)
  const { error, code } = body.code === 'OAuthRefused' ? body.details : { error: 'server_error', code: 0 }
  const { tenantId } = authorization
  const answer = delivered(authorization, {
    error,
    error_description: `AADSTS${code}: ${why.message}`,
    ...stateOf(authorization),
    ...(tenantId !== undefined && { iss: issuerV2(why.site.baseUrl, tenantId) }),
  })
  return { ...answer, code: `AADSTS${code}` }
}
