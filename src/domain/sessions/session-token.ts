import { z } from 'zod'
import { sealed } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Needs } from '#domain/context.ts'
import { canonicalPath } from '#domain/records/family.ts'
import { travellingKinds } from '#domain/records/kinds.ts'
import { sessionSchema, type Session } from './session.ts'

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
): { readonly secret: SecretBytes; readonly session: Session; readonly term: number } | undefined {
  const bytes = Buffer.from(token, 'base64')
  if (bytes.length < 6 || bytes[0] !== format || bytes.toString('base64') !== token) return undefined
  using contents = opened(context, accessKeyId, bytes)
  if (contents === undefined) return undefined
  const { secret, session } = contentsSchema.parse(JSON.parse(Buffer.from(contents.bytes).toString()))
  return { secret: new SecretBytes(Buffer.from(secret, 'latin1')), session, term: bytes.readUInt32BE(1) }
}

function opened(context: Sealing, accessKeyId: string, token: Buffer): SecretBytes | undefined {
  try {
    const body = sealed(token.subarray(5))
    return new SecretBytes(context.ground.barrier.openRecord(contextOf(context, accessKeyId), { term: token.readUInt32BE(1), body }))
  } catch {
    return undefined
  }
}
