import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { findKey } from '#domain/keys/find-key.ts'
import type { KeyReference } from '#domain/keys/reference.ts'
import type { Vault } from '#domain/resources/records.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { creating, importing, other, using, type Transaction } from './throttle.ts'

interface Asked {
  readonly vault: Vault
  readonly request: WireRequest
}

/** What a request weighs: by its address and its key, before anything of it is checked (key-vault.md 1.3, step 4). */
export async function transactionOf(context: Needs<'keys'>, call: Call, at: Asked): Promise<Transaction> {
  const [collection, name, ...rest] = at.request.segments.map(segment => segment.toLowerCase())
  if (name === undefined) return other
  if (collection === 'certificates') return bringsCertificateIn(at.request, name, rest) ? importing : other
  if (collection === 'secrets') return bringsOneIn(at.request, name, rest) ? importing : other
  return collection === 'keys' ? keyTransaction(context, call, { ...at, name, rest }) : other
}

/** What was made elsewhere: a key imported, a secret set, either restored. */
const bringsOneIn = ({ method }: WireRequest, name: string, rest: readonly string[]): boolean =>
  rest.length === 0 && (method === 'PUT' || (method === 'POST' && name === 'restore'))

/** A certificate imported or restored (key-vault.md 8). */
const bringsCertificateIn = ({ method }: WireRequest, name: string, rest: readonly string[]): boolean =>
  method === 'POST' && (rest.join('/') === 'import' || (rest.length === 0 && name === 'restore'))

async function keyTransaction(
  context: Needs<'keys'>,
  call: Call,
  at: Asked & { readonly name: string; readonly rest: readonly string[] },
): Promise<Transaction> {
  const { vault, request, name, rest } = at
  if (bringsOneIn(request, name, rest)) return importing
  const verb = `${request.method} ${rest.join('/')}`
  if (verb === 'POST create') return creating(asksForHardware(request.body))
  const version = await versionOf(context, call, { vault, name, version: rest.find(segment => versionId.test(segment)) ?? 'current' })
  return /^POST (?:[0-9a-f]{32}\/)?release$/.test(verb) || verb === 'POST rotate' ? creating(version?.hsm === true) : using(version)
}

const versionId = /^[0-9a-f]{32}$/

const versionOf = async (context: Needs<'keys'>, call: Call, reference: KeyReference) => (await findKey(context, call, reference))?.version

/** A look at a body that is parsed in its place, later: a body that is none makes no key at all. */
function asksForHardware(body: Uint8Array | undefined): boolean {
  return (
    body !== undefined && /"kty"\s*:\s*"[A-Za-z]{1,8}-HSM"/.test(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'))
  )
}
