import assert from 'node:assert/strict'
import { timingSafeEqual } from 'node:crypto'
import type { Bytes } from '#model/brands.ts'
import { Problem, problemKinds } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { keyScope, type KeyReference } from '#domain/keys/reference.ts'
import { unwrapKey } from '#domain/keys/unwrap-key.ts'
import { wrapKey } from '#domain/keys/wrap-key.ts'
import { networkRefusal } from '#domain/resources/network-rules.ts'
import { actingAt, referenceOf, type StandingNeeds } from './key-standing.ts'
import type { DiskLayer } from './records.ts'
import { identityOf, nameOfIdentity, type ActingSet } from './set-identity.ts'

/** AES-256-XTS: two keys of 32 bytes. */
export const dekBytes = 64
const algorithm = 'RSA-OAEP-256'

export type Wrapped = NonNullable<DiskLayer['wrapped']>
export type DataKeyNeeds = StandingNeeds & Needs<'module' | 'store'>

/** Random; its halves differ, as XTS demands (disk-encryption.md E.3). The caller disposes of it. */
export function newDek(random: Random): SecretBytes {
  const dek = new SecretBytes(random.bytes(dekBytes))
  assert(
    !timingSafeEqual(dek.bytes.subarray(0, dekBytes / 2), dek.bytes.subarray(dekBytes / 2)),
    'two equal halves: a broken random source',
  )
  return dek
}

export interface UnderSet {
  readonly set: ActingSet
  readonly keyUrl: string
  /** What it is for, as a refusal names it: `disk data1`. */
  readonly target?: string
}

/**
 * Wraps a data key as the set's identity would anywhere: child calls with their own permits and entries. Proved by unwrapping it again
 * before the first byte is written under it (people.md 3). Raises `KeyVaultAccessForbidden` for every refusal.
 */
export async function wrapDek(context: DataKeyNeeds, call: Call, under: UnderSet & { readonly dek: Bytes }): Promise<Wrapped> {
  const { keyUrl, dek } = under
  const value = await asSet(context, call, {
    under,
    operation: 'KeyWrap',
    async run(child, reference) {
      const permit = context.access.permit(child, 'key.wrap', { on: keyScope(reference.vault, reference.name) })
      return (await wrapKey(context, child, { permit, reference, algorithm, value: dek })).value
    },
  })
  const wrapped = { keyUrl, algorithm, value: value.toBase64() }
  using proof = await unwrapDek(context, call, { ...under, wrapped })
  if (proof.length !== dek.length || !timingSafeEqual(proof.bytes, dek)) throw new Error('a data key did not come back as it was wrapped')
  return wrapped
}

/** Opens a data key as the set's identity; the caller disposes of it. Raises `KeyVaultAccessForbidden` for every refusal. */
export async function unwrapDek(
  context: DataKeyNeeds,
  call: Call,
  request: Omit<UnderSet, 'keyUrl'> & { readonly wrapped: Wrapped },
): Promise<SecretBytes> {
  const { wrapped } = request
  const under = { ...request, keyUrl: wrapped.keyUrl }
  return asSet(context, call, {
    under,
    operation: 'KeyUnwrap',
    async run(child, reference) {
      assert(wrapped.algorithm === algorithm, 'a data key wrapped by no algorithm of ours')
      const permit = context.access.permit(child, 'key.unwrap', { on: keyScope(reference.vault, reference.name) })
      return (await unwrapKey(context, child, { permit, reference, algorithm, value: Uint8Array.fromBase64(wrapped.value) })).value
    },
  })
}

interface ActingWork<T> {
  readonly under: UnderSet
  readonly operation: string
  readonly run: (child: Call, reference: KeyReference) => Promise<T>
}

async function asSet<T>(context: DataKeyNeeds, call: Call, { under, operation, run }: ActingWork<T>): Promise<T> {
  const found = await referenceOf(context, call, under.keyUrl)
  const who = typeof found === 'string' ? identityOf(under.set) : await actingAt(context, call, { set: under.set, vault: found.vault })
  if (who === undefined) throw forbidden(under)
  const resource = under.keyUrl.replace(/\/[0-9a-f]{32}\/?$/i, '')
  try {
    return await call.as({ who, operation, plane: 'keyvault', resource }, async child => {
      const reference = await referenceOf(context, child, under.keyUrl)
      if (typeof reference === 'string') throw new Problem({ code: 'VaultNotFound', details: { name: under.keyUrl } })
      const shut = networkRefusal(reference.vault, { way: 'trusted' })
      if (shut !== undefined) throw new Problem({ code: 'NetworkForbidden', details: shut })
      // Get, wrap and unwrap are asked for together: who may only wrap today would lock the disk out tomorrow.
      context.access.permit(child, 'key.read', { on: keyScope(reference.vault, reference.name) })
      return run(child, reference)
    })
  } catch (error) {
    if (error instanceof Problem && problemKinds[error.body.code] !== 'unavailable') throw forbidden(under, error)
    throw error
  }
}

/** The service's one refusal, whatever the reason (disk-encryption.md A.1): the entry of the child call has the reason. */
export function forbidden(under: UnderSet, cause?: Problem): Problem {
  const { set, keyUrl, target } = under
  const details = { keyUrl, identity: nameOfIdentity(set), ...(target !== undefined && { target }) }
  return new Problem({ code: 'KeyVaultAccessForbidden', details }, { cause })
}
