import { azureCli } from '#domain/identity/azure-cli.ts'
import type { Application } from '#domain/identity/records.ts'

/** az listens on whatever port is free (identity-and-arm.md 1.6). */
const ofAzureCli = ['http://localhost']

/** Where answers about this client's users may be sent. */
export const redirectsOf = (application: Application): readonly string[] =>
  application.appId === azureCli.appId ? ofAzureCli : (application.redirectUris ?? []).map(({ uri }) => uri)

/** The text itself, never what a parser makes of it (RFC 9700 4.1.3); of a loopback address the port alone is free (RFC 8252 7.3). */
export function isRegistered(application: Application, given: string): boolean {
  const taken = loopback(given)
  return redirectsOf(application).some(registered => {
    if (registered === given) return true
    const known = loopback(registered)
    return known !== undefined && taken !== undefined && known.host === taken.host && known.path === taken.path
  })
}

/** A loopback address taken apart: nothing in it but a host, a port and a plain path. */
function loopback(uri: string): { readonly host: string; readonly path: string } | undefined {
  const [, host, port, path] =
    /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(\/[A-Za-z0-9_~-][A-Za-z0-9._~/-]*|\/)?$/.exec(uri) ?? []
  if (host === undefined || Number(port ?? 80) > 65_535 || path?.split('/').some(segment => /^\.+$/.test(segment)) === true)
    return undefined
  return { host, path: path === '/' ? '' : (path ?? '') }
}
