import type { Millis } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import { newAccessKeyId } from '#domain/accounts/access-key-ids.ts'
import { newSecret } from '#domain/accounts/access-keys.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Session } from './session.ts'
import { sealSession } from './session-token.ts'

/** Credentials of a session: whoever has all three is it. */
export interface GivenSession {
  readonly accessKeyId: string
  readonly secret: SecretBytes
  readonly token: string
  readonly expiresAt: Millis
}

/** Seals it; nothing of it is recorded but its entry. */
export async function giveSession(context: Needs<'ground' | 'instance'>, call: Call, session: Session): Promise<GivenSession> {
  const { accountId, expiresAt } = session
  const { accessKeyId, secret } = await call.once('session key', async () => {
    const secret = newSecret(context)
    call.defer(secret)
    return Promise.resolve({ accessKeyId: newAccessKeyId(context.ground.random, { prefix: 'ASIA', accountId }), secret })
  })
  call.details.set('sessionKeyId', accessKeyId)
  return { accessKeyId, secret, token: sealSession(context, { accessKeyId, secret, session }), expiresAt }
}
