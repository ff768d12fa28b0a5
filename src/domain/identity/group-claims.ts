import type { Needs } from '#domain/context.ts'

/** A JWT holds so many groups; beyond, it says where they are to be had (identity-and-arm.md 1.5). */
const groupsMax = 200

interface Member {
  readonly oid: string
  readonly kind: 'users' | 'servicePrincipals'
  /** `https://login.D[:port]`: Graph is its neighbour. */
  readonly login: string
}

/** The groups of whoever a token is for, for clients that look: what counts is the directory at the moment of each decision. */
export function groupClaims({ identity }: Needs<'identity'>, { oid, kind, login }: Member): Readonly<Record<string, unknown>> {
  const groups = identity.memberships.groupsOf(oid)
  if (groups.length === 0) return {}
  if (groups.length <= groupsMax) return { groups }
  const endpoint = `${login.replace('https://login.', 'https://graph.')}/v1.0/${kind}/${oid}/getMemberObjects`
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } }
}
