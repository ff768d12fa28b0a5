import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { namedTenant, namesNoTenant } from '#domain/identity/find-tenant.ts'
import { hintedBy, type IdTokenHint } from '#domain/sign-in/id-token-hint.ts'
import { actorOf } from '#domain/sign-in/person.ts'
import { registrationOf } from '#domain/sign-in/redirects.ts'
import { endSession, sessionOf, type Session } from '#domain/sign-in/sessions.ts'
import { cookieIn, noCookie } from '#protocols/entra/pages/cookies.ts'
import { checkForm, formToken } from '#protocols/entra/pages/form-token.ts'
import { donePage, logOutPage } from '#protocols/entra/pages/plain-pages.ts'
import { entraOperation, type EntraSite } from '#protocols/entra/site.ts'
import { filled } from '#protocols/entra/token-form.ts'
import { empty, type Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'

const text = (max: number) => z.string().max(max, 'too long').transform(filled).optional()
const query = z.object({ id_token_hint: text(16_384), client_id: text(64), post_logout_redirect_uri: text(2_048), state: text(4_096) })
type Query = z.output<typeof query>

const declared = { permissions: 'public', unversioned: true, params: z.object({ tenant: z.string() }), query } as const
const shown = { ...declared, name: 'LogOut', open: true, method: 'GET', body: { none: true } } as const
const confirmed = {
  ...declared,
  name: 'LogOutConfirm',
  method: 'POST',
  body: { form: z.object({ form_token: z.string().max(128, 'too long').optional() }) },
} as const

interface Asked {
  readonly params: { readonly tenant: string }
  readonly query: Query
  readonly request: WireRequest
}

/** OpenID Connect RP-Initiated Logout 1.0, 2: at once for the client that shows whose session it is; everybody else is asked first, lest any page signs users out. */
async function logOut(context: Context, call: Call, { params, query: asked, request }: Asked): Promise<Answer> {
  if (!namesNoTenant(params.tenant)) namedTenant(context, params.tenant)
  const hint = hintedBy(context, asked.id_token_hint)
  const session = await sessionOf(context, call, cookieIn(request, 'session'))
  if (session === undefined || hint?.oid === session.user.id) return ended(context, call, { asked, session, hint })
  const action = `${request.path}?${request.rawQuery}`
  const leadsTo = leadingTo(context, asked, hint ?? { tenantId: session.user.tenantId })
  return logOutPage(formToken(context, request, 'log-out'), { action, account: session.user.userPrincipalName, leadsTo })
}

interface Confirmed extends Asked {
  readonly site: EntraSite
  readonly body: { readonly form_token?: string | undefined }
}

interface Ending {
  readonly asked: Query
  readonly session: Session | undefined
  readonly hint: IdTokenHint | undefined
}

function ended(context: Context, call: Call, { asked, session, hint }: Ending): Answer {
  if (session !== undefined) {
    endSession(context, call, session)
    call.who = actorOf(session.user, hint?.clientId)
    call.resource = `/tenants/${session.user.tenantId}/users/${session.user.id}`
  }
  const cookie = noCookie('session')
  const tenantId = hint?.tenantId ?? session?.user.tenantId
  const leadsTo = tenantId === undefined ? undefined : leadingTo(context, asked, { ...hint, tenantId })
  if (leadsTo === undefined)
    return donePage({ title: 'You are signed out', text: 'You are signed out. Close all windows of the browser to be safe.', cookie })
  return empty(303, { location: leadsTo, 'set-cookie': cookie, 'referrer-policy': 'no-referrer' })
}

/** An address of the client that the hint, or the request, names; no other. */
function leadingTo(context: Context, asked: Query, of: { readonly tenantId: string; readonly clientId?: string }): string | undefined {
  const clientId = of.clientId ?? asked.client_id?.toLowerCase()
  const uri = asked.post_logout_redirect_uri
  const application = clientId === undefined ? undefined : context.identity.index.application(of.tenantId, clientId)?.value
  if (uri === undefined || application === undefined || registrationOf(application, uri) === undefined) return undefined
  const state = asked.state === undefined ? '' : `${uri.includes('?') ? '&' : '?'}${new URLSearchParams({ state: asked.state }).toString()}`
  return uri + state
}

export const logOutV2 = entraOperation({
  ...shown,
  path: '/{tenant}/oauth2/v2.0/logout',
  handle: logOut,
})

export const logOutV1 = entraOperation({
  ...shown,
  path: '/{tenant}/oauth2/logout',
  handle: logOut,
})

async function confirmLogOut(context: Context, call: Call, { site, query: asked, body, request }: Confirmed): Promise<Answer> {
  checkForm(context, { request, site, purpose: 'log-out', given: body.form_token })
  const session = await sessionOf(context, call, cookieIn(request, 'session'))
  return ended(context, call, { asked, session, hint: hintedBy(context, asked.id_token_hint) })
}

export const confirmLogOutV2 = entraOperation({
  ...confirmed,
  path: '/{tenant}/oauth2/v2.0/logout',
  handle: confirmLogOut,
})

export const confirmLogOutV1 = entraOperation({
  ...confirmed,
  path: '/{tenant}/oauth2/logout',
  handle: confirmLogOut,
})
