import { z } from 'zod'
import { sealed } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Needs } from '#domain/context.ts'
import { canonicalPath } from '#domain/records/family.ts'
import { travellingKinds } from '#domain/records/kinds.ts'

/** Why somebody was refused, for those in the account who may know. */
export interface AuthorizationMessage {
  readonly accountId: string
  readonly principal: { readonly id: string; readonly arn: string }
  readonly action: string
  readonly resource: string
  /** Second half of the sentence that other services say openly. */
  readonly because: string
}

const schema: z.ZodType<AuthorizationMessage> = z.object({
  accountId: z.string(),
  principal: z.object({ id: z.string(), arn: z.string() }),
  action: z.string(),
  resource: z.string(),
  because: z.string(),
})

type Sealing = Needs<'ground' | 'instance'>

const contextOf = ({ ground, instance }: Sealing, accountId: string) => ({
  id: ground.barrier.index(instance.installation, canonicalPath('record', 'authorizationMessages', [accountId])),
  kind: travellingKinds.authorizationMessages,
  version: 1,
})

/** Base64url: u32 term ‖ sealed message. Tells its holder nothing. */
export function sealAuthorizationMessage(context: Sealing, message: AuthorizationMessage): string {
  const { term, body } = context.ground.barrier.sealRecord(contextOf(context, message.accountId), Buffer.from(JSON.stringify(message)))
  const bytes = Buffer.alloc(4 + body.length)
  bytes.writeUInt32BE(term)
  bytes.set(body, 4)
  return bytes.toString('base64url')
}

/** Of this account alone. Raises `AuthorizationMessageInvalid`. */
export function openAuthorizationMessage(
  context: Sealing,
  { accountId, encoded }: { readonly accountId: string; readonly encoded: string },
): AuthorizationMessage {
  const bytes = Buffer.from(encoded, 'base64url')
  if (bytes.length < 4 || bytes.toString('base64url') !== encoded) throw new Problem({ code: 'AuthorizationMessageInvalid' })
  try {
    const body = sealed(bytes.subarray(4))
    const plain = context.ground.barrier.openRecord(contextOf(context, accountId), { term: bytes.readUInt32BE(), body })
    return schema.parse(JSON.parse(Buffer.from(plain).toString()))
  } catch (cause) {
    throw new Problem({ code: 'AuthorizationMessageInvalid' }, { cause })
  }
}
