import type { GivenSession } from '#domain/sessions/give-session.ts'
import { isoTime } from '#protocols/aws/times.ts'

/** The member `Credentials` of an answer. */
export const credentialsOf = ({ accessKeyId, secret, token, expiresAt }: GivenSession) => ({
  AccessKeyId: accessKeyId,
  SecretAccessKey: Buffer.from(secret.bytes).toString('latin1'),
  SessionToken: token,
  Expiration: isoTime(expiresAt),
})
