import type { WireRequest } from '#protocols/http/request.ts'

/** RFC 6265bis 4.1.3.2: only this very host can have set it, over TLS. Lax: a client's page leads here, and whoever is signed in shall be known. */
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax'
const names = { session: '__Host-keystead-session', form: '__Host-keystead-form' } as const

export type CookieName = keyof typeof names

/** Ends with the browser; the server forgets it no later. */
export const cookieOf = (name: CookieName, value: string): string => `${names[name]}=${value}; ${attributes}`
export const noCookie = (name: CookieName): string => `${names[name]}=; ${attributes}; Max-Age=0`

/** The cookie that the browser sends, where it sends exactly one of the name. */
export function cookieIn(request: WireRequest, name: CookieName): string | undefined {
  const wanted = `${names[name]}=`
  const found = (request.header('cookie') ?? '').split(/; */).filter(pair => pair.startsWith(wanted))
  const [only] = found
  const value = only?.slice(wanted.length)
  return found.length === 1 && value !== undefined && /^[A-Za-z0-9_-]{1,128}$/.test(value) ? value : undefined
}
