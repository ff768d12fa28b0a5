import { azureCli } from '#domain/identity/azure-cli.ts'
import type { Application } from '#domain/identity/records.ts'

type Redirect = NonNullable<Application['redirectUris']>[number]

/** az listens on whatever port is free (identity-and-arm.md 1.6). */
const ofAzureCli: readonly Redirect[] = [{ of: 'publicClient', uri: 'http://localhost' }]

const redirectsOf = (application: Application): readonly Redirect[] =>
  application.appId === azureCli.appId ? ofAzureCli : (application.redirectUris ?? [])

/**
 * The registration that this address is one of. The text itself counts, never what a parser makes of it (RFC 9700 4.1.3); of a loopback
 * address the port alone is free (RFC 8252 7.3).
 */
export function registrationOf(application: Application, given: string): Redirect['of'] | undefined {
  const taken = loopback(given)
  return redirectsOf(application).find(({ uri }) => {
    if (uri === given) return true
    const known = loopback(uri)
    return known !== undefined && taken !== undefined && known.host === taken.host && known.path === taken.path
  })?.of
}

/** Whoever answers there proves nothing of itself: a program on somebody's own machine. */
export const isPublicAt = (application: Application, redirectUri: string): boolean =>
  application.publicClient || registrationOf(application, redirectUri) === 'publicClient'

/** A loopback address taken apart: nothing in it but a host, a port and a plain path. */
function loopback(uri: string): { readonly host: string; readonly path: string } | undefined {
  const [, host, port, path] =
    /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(\/[A-Za-z0-9_~-][A-Za-z0-9._~/-]*|\/)?$/.exec(uri) ?? []
  if (host === undefined || Number(port ?? 80) > 65_535 || path?.split('/').some(segment => /^\.+$/.test(segment)) === true)
    return undefined
  return { host, path: path === '/' ? '' : (path ?? '') }
}
