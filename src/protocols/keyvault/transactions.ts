import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { findKey } from '#domain/keys/find-key.ts'
import type { KeyReference } from '#domain/keys/reference.ts'
import type { Vault } from '#domain/resources/records.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { creating, importing, other, using, type Transaction } from './throttle.ts'

/** What a request weighs: by its address and its key, before anything of it is checked (key-vault.md 1.3, step 4). */
export async function transactionOf(
  context: Needs<'keys'>,
  call: Call,
  at: { readonly vault: Vault; readonly request: WireRequest },
): Promise<Transaction> {
  const { vault, request } = at
  const [collection, name, ...rest] = request.segments.map(segment => segment.toLowerCase())
  if (collection !== 'keys' || name === undefined) return other
  const verb = `${request.method} ${rest.join('/')}`
  if (verb === 'POST create') return creating(asksForHardware(request.body))
  if (verb === 'PUT ' || (verb === 'POST ' && name === 'restore')) return importing
  const version = await versionOf(context, call, { vault, name, version: rest.find(segment => versionId.test(segment)) ?? 'current' })
  return verb === 'POST rotate' ? creating(version?.hsm === true) : using(version)
}

const versionId = /^[0-9a-f]{32}$/

const versionOf = async (context: Needs<'keys'>, call: Call, reference: KeyReference) => (await findKey(context, call, reference))?.version

/** A look at a body that is parsed in its place, later: a body that is none makes no key at all. */
function asksForHardware(body: Uint8Array | undefined): boolean {
  return (
    body !== undefined && /"kty"\s*:\s*"[A-Za-z]{1,8}-HSM"/.test(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'))
  )
}
