import { httpsPort, type AllowedHost } from '#model/allowed-hosts.ts'

/** Where a URL may lead, or why it may not. */
export type Target =
  | { readonly url: URL; readonly host: string; readonly port: number; readonly mayBePrivate: boolean }
  | { readonly flaw: string }

/** HTTPS, no user, no fragment, a host of the list at its port. What WHATWG folds (`0x7f.1`, fullwidth digits) is folded before it is compared. */
export function targetOf(text: string, allowed: readonly AllowedHost[]): Target {
  const url = URL.parse(text)
  if (url === null || url.protocol !== 'https:') return { flaw: 'no https URL' }
  if (url.username !== '' || url.password !== '' || url.hash !== '') return { flaw: 'a user or a fragment in the URL' }
  const host = url.hostname.replace(/\.$/, '')
  const port = url.port === '' ? httpsPort : Number(url.port)
  const at = allowed.filter(one => one.port === port)
  if (at.some(one => one.host === host)) return { url, host, port, mayBePrivate: true }
  if (at.some(one => one.host.startsWith('*.') && host.endsWith(one.host.slice(1)))) return { url, host, port, mayBePrivate: false }
  return { flaw: `${host}:${port} is not listed` }
}
