import type { Principal } from '#model/principal.ts'

/**
 * A role that a service has in every account, and a session of it: nobody's record, and by a name that no account can give. It may what
 * grants and keys give it, and nothing by itself.
 */
export function serviceRoleSession(at: {
  readonly accountId: string
  /** `ec2-infrastructure` */
  readonly role: string
  readonly session: string
  /** The service that acts so. */
  readonly service: string
}): Principal {
  const { accountId, session, service } = at
  const name = `aws:${at.role}`
  const id = `${accountId}:${name}`
  return {
    id: `${id}:${session}`,
    kind: 'awsSession',
    tenant: accountId,
    acting: {
      accountId,
      kind: 'session',
      arn: `arn:aws:sts::${accountId}:assumed-role/${name}/${session}`,
      userId: `${id}:${session}`,
      accessKeyId: '',
      name,
      role: { id, arn: `arn:aws:iam::${accountId}:role/${name}` },
      sessionPolicies: [],
      tags: {},
      via: service,
    },
  }
}

/** Unique ids of an account's own have no such form. */
export const isServiceRole = (id: string): boolean => /^\d{12}:aws:/.test(id)
