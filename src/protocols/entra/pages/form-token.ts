import { timingSafeEqual } from 'node:crypto'
import type { Needs } from '#domain/context.ts'
import { refused } from '#domain/identity/refusals.ts'
import type { EntraSite } from '#protocols/entra/site.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { cookieIn, cookieOf } from './cookies.ts'
import { html, type Html } from './html.ts'

type TokenNeeds = Needs<'ground' | 'instance'>
/** A form for one thing is no form for another. */
export type FormPurpose = 'sign-in' | 'device' | 'log-out'

export interface FormToken {
  readonly field: Html
  /** To be set where the browser has none yet. */
  readonly cookie?: string
}

/** What makes a form ours: a mark over the browser's own cookie, which no other page can read or set. */
export function formToken(context: TokenNeeds, request: WireRequest, purpose: FormPurpose): FormToken {
  const known = cookieIn(request, 'form')
  const secret = known ?? context.ground.random.bytes(24).toBase64({ alphabet: 'base64url' })
  const field = html`<input type="hidden" name="form_token" value="${markOf(context, secret, purpose)}" />`
  return { field, ...(known === undefined && { cookie: cookieOf('form', secret) }) }
}

/** Raises `OAuthRefused` for a form that some other page sent (security-and-reliability.md 5.6). */
export function checkForm(
  context: TokenNeeds,
  how: { readonly request: WireRequest; readonly site: EntraSite; readonly purpose: FormPurpose; readonly given: string | undefined },
): void {
  const { request, site, purpose, given = '' } = how
  const secret = cookieIn(request, 'form')
  const origin = request.header('origin')
  const from = request.header('sec-fetch-site')
  const ours = (origin === undefined || origin === site.origin) && (from === undefined || from === 'same-origin')
  if (ours && secret !== undefined && equal(given, markOf(context, secret, purpose))) return
  throw refused('formForged', 'The form is not one that this page has sent, or the browser refuses its cookies. Go back and begin again.')
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** No record, collection or tag has a path that begins so: a mark is never an index. */
const markOf = ({ ground, instance }: TokenNeeds, secret: string, purpose: FormPurpose): string =>
  ground.barrier.index(instance.installation, JSON.stringify(['form', purpose, secret])).slice(-64)
