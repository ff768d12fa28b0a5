import { rootArn } from '#domain/accounts/arn.ts'
import type { TrailRow } from '#domain/audit/trail-row.ts'

type Members = Readonly<Record<string, unknown>>

/** `userIdentity` of a record ("CloudTrail userIdentity element"). Another account's copy says of the caller only what that account may know. */
export function identityOf(row: TrailRow): Members {
  const { actor, recipient, trail } = row
  if (trail.event !== undefined) return { accountId: recipient, invokedBy: 'AWS Internal' }
  if (trail.webIdentity !== undefined) return webIdentity(trail.webIdentity)
  const { acting, tenant } = actor
  if (acting === undefined) return { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' }
  if (acting.kind === 'service') return { type: typeOf.service, invokedBy: acting.arn }
  if (tenant !== recipient) return { type: 'AWSAccount', principalId: actor.oid, accountId: tenant, ...invoked(acting) }
  return {
    type: typeOf[acting.kind],
    principalId: actor.oid,
    arn: acting.arn,
    accountId: tenant,
    accessKeyId: actor.credentialId,
    ...(acting.kind === 'user' && { userName: acting.name }),
    ...sessionOf(row, acting),
    ...invoked(acting),
  }
}

type Acting = NonNullable<TrailRow['actor']['acting']>

const typeOf = {
  root: 'Root',
  user: 'IAMUser',
  session: 'AssumedRole',
  service: 'AWSService',
  federated: 'WebIdentityUser',
  federatedUser: 'FederatedUser',
} as const satisfies Readonly<Record<Acting['kind'], string>>

const webIdentity = ({ provider, id, name }: NonNullable<TrailRow['trail']['webIdentity']>): Members => ({
  type: 'WebIdentityUser',
  principalId: id,
  userName: name,
  identityProvider: provider,
})

const invoked = ({ via }: Acting): Members => (via === undefined ? {} : { invokedBy: `${via}.amazonaws.com` })

/** Of a role's session, of a federated user's, and of a user's own that was asked for. */
function sessionOf({ actor }: TrailRow, acting: Acting): Members {
  const { role, issuedAt, sourceIdentity, federatedProvider } = acting
  if (role === undefined && issuedAt === undefined) return {}
  const issuer = sessionIssuer(acting, actor.tenant ?? '')
  return {
    sessionContext: {
      ...(issuer !== undefined && { sessionIssuer: issuer }),
      ...(federatedProvider !== undefined && { webIdFederationData: { federatedProvider, attributes: {} } }),
      attributes: {
        ...(issuedAt !== undefined && {
          creationDate: Temporal.Instant.fromEpochMilliseconds(issuedAt).toString({ smallestUnit: 'second' }),
        }),
        mfaAuthenticated: 'false',
      },
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    },
  }
}

/** Whose rights it has. */
function sessionIssuer({ kind, role, user, name }: Acting, accountId: string): Members | undefined {
  if (role !== undefined)
    return { type: 'Role', principalId: role.id, arn: role.arn, accountId: role.arn.split(':')[4] ?? accountId, userName: name }
  if (user !== undefined) return { type: 'IAMUser', principalId: user.id, arn: user.arn, accountId, userName: user.name }
  return kind === 'federatedUser' ? { type: 'Root', principalId: accountId, arn: rootArn(accountId), accountId } : undefined
}
