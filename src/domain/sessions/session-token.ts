import { z } from 'zod'
import { millis, sealed } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Needs } from '#domain/context.ts'
import { canonicalPath } from '#domain/records/family.ts'
import { travellingKinds } from '#domain/records/kinds.ts'

const time = z.number().int().transform(millis)

/** What a session is: it travels with its holder, sealed, and is recorded nowhere (aws-kms.md 5). */
const sessionSchema = z.object({
  accountId: z.string(),
  /** Whose rights it has: a role's, a user's, the root's of the account. */
  of: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('role'), id: z.string(), name: z.string(), session: z.string() }),
    z.object({ kind: z.literal('user'), id: z.string(), name: z.string() }),
    z.object({ kind: z.literal('root') }),
  ]),
  issuedAt: time,
  expiresAt: time,
  /** Texts of documents that narrow it; with ARNs of managed ones. */
  policies: z.array(z.string()),
  policyArns: z.array(z.string()),
  tags: z.record(z.string(), z.string()),
  transitiveTagKeys: z.array(z.string()),
  sourceIdentity: z.string().optional(),
  federatedProvider: z.string().optional(),
})
export type Session = z.output<typeof sessionSchema>

const contentsSchema = z.object({ secret: z.string(), session: sessionSchema })

type Sealing = Needs<'ground' | 'instance'>

/** Bound to the id of its access key: no token opens with another's. */
const contextOf = ({ ground, instance }: Sealing, accessKeyId: string) => ({
  id: ground.barrier.index(instance.installation, canonicalPath('record', 'sessionTokens', [accessKeyId])),
  kind: travellingKinds.sessionTokens,
  version: 1,
})

/** base64: format ‖ u32 term ‖ sealed contents. Whoever has it and the secret has the session. */
export function sealSession(
  context: Sealing,
  { accessKeyId, secret, session }: { readonly accessKeyId: string; readonly secret: SecretBytes; readonly session: Session },
): string {
  using contents = new SecretBytes(Buffer.from(JSON.stringify({ secret: Buffer.from(secret.bytes).toString('latin1'), session })))
  const { term, body } = context.ground.barrier.sealRecord(contextOf(context, accessKeyId), contents.bytes)
  const token = Buffer.alloc(5 + body.length)
  token.writeUInt8(format)
  token.writeUInt32BE(term, 1)
  token.set(body, 5)
  return token.toString('base64')
}
const format = 1

/** `undefined` for what this instance did not give out with this access key. Says nothing of time and rights. */
export function openSession(
  context: Sealing,
  { accessKeyId, token }: { readonly accessKeyId: string; readonly token: string },
): { readonly secret: SecretBytes; readonly session: Session } | undefined {
  const bytes = Buffer.from(token, 'base64')
  if (bytes.length < 6 || bytes[0] !== format || bytes.toString('base64') !== token) return undefined
  using contents = opened(context, accessKeyId, bytes)
  if (contents === undefined) return undefined
  const { secret, session } = contentsSchema.parse(JSON.parse(Buffer.from(contents.bytes).toString()))
  return { secret: new SecretBytes(Buffer.from(secret, 'latin1')), session }
}

function opened(context: Sealing, accessKeyId: string, token: Buffer): SecretBytes | undefined {
  try {
    const body = sealed(token.subarray(5))
    return new SecretBytes(context.ground.barrier.openRecord(contextOf(context, accessKeyId), { term: token.readUInt32BE(1), body }))
  } catch {
    return undefined
  }
}
