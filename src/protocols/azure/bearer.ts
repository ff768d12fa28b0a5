import { Problem } from '#model/problem.ts'
import type { WireRequest } from '#protocols/http/request.ts'

/** The bearer token of a request (RFC 6750 2.1), whatever it is: who verifies it reads it strictly. Raises `TokenMissing` where there is none or another scheme. */
export function bearerToken(request: WireRequest): string {
  const given = request.header('authorization') ?? ''
  const scheme = /^bearer(?: +|$)/i.exec(given)
  if (scheme === null) throw new Problem({ code: 'TokenMissing' })
  const token = given.slice(scheme[0].length)
  if (token === '') throw new Problem({ code: 'TokenMissing' })
  return token
}

/** The same for who looks at something else before the token is verified. Raises `TokenMalformed` too, for what has no token's characters. */
export function tokenLike(request: WireRequest): string {
  const token = bearerToken(request)
  if (!/^[A-Za-z0-9._~+/=-]+$/.test(token)) throw new Problem({ code: 'TokenMalformed' })
  return token
}
