import assert from 'node:assert/strict'
import { z } from 'zod'
import { millis, type Bytes, type Millis } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Material } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { dayMs } from '#domain/account-keys/due.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { assertKeyState } from '#domain/account-keys/key-states.ts'
import { defaultModule } from '#domain/account-keys/make-material.ts'
import { assertPermitsKey } from '#domain/account-keys/permit-account-key.ts'
import { namesOf } from '#model/names.ts'
import { openTravelling, sealTravelling } from '#domain/records/travelling.ts'
import { assertWraps, unwrap, wrappingAlgorithms, wrappingKeySpecs, type Wrapping } from './wrapping.ts'

/** What a client sends back with its material: which pair it was wrapped for, of which key, how, and until when. */
const tokenBody = z.object({
  accountId: z.string(),
  region: z.string(),
  keyId: z.string(),
  id: z.string(),
  algorithm: z.enum(namesOf(wrappingAlgorithms)),
  spec: z.enum(namesOf(wrappingKeySpecs)),
  validTo: z.number().int(),
})
type TokenBody = z.output<typeof tokenBody>

export interface ImportParameters {
  readonly token: Bytes
  /** SubjectPublicKeyInfo DER. */
  readonly publicKey: Bytes
  readonly validTo: Millis
}

/**
 * A new pair to wrap material for this key under. Its private half is material of a record of its own, and is shredded after a day.
 * Raises `KeyOperationUnsupported` and as `assertKeyState`.
 */
export async function makeImportParameters(
  context: Needs<'importParameters' | 'keyStores' | 'module' | 'ground' | 'instance'>,
  call: Call,
  request: Wrapping & { readonly permit: Permit<'accountKey.readImportParameters'>; readonly key: HeldAccountKey },
): Promise<ImportParameters> {
  const { permit, key, algorithm, spec } = request
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'readImportParameters' })
  assertWraps({ algorithm, spec }, key.value)
  const { compartment } = key
  const { accountId, region, id: keyId } = key.value
  const { id, place, made, token, validTo } = await call.once(`import parameters of ${key.id}`, async () => {
    const id = context.ground.random.bytes(16).toHex()
    const place = { id: context.importParameters.idOf(compartment, [keyId, id]), version: id }
    const made = await context.module(defaultModule).generate(wrappingKeySpecs[spec], place)
    const validTo = millis(call.at + dayMs)
    return { id, place, made, validTo, token: sealToken(context, { accountId, region, keyId, id, algorithm, spec, validTo }) }
  })
  assert(made.publicKey !== undefined, 'a wrapping pair without its public half')
  context.importParameters.create(call, compartment, {
    path: [keyId, id],
    value: { id, keyId, spec, module: defaultModule, dueAt: validTo },
  })
  call.materials.push({ place, material: made.material })
  return { token, publicKey: made.publicKey, validTo }
}

const sealToken = (context: Needs<'ground' | 'instance'>, body: TokenBody): Bytes =>
  sealTravelling(context, 'importTokens', new TextEncoder().encode(JSON.stringify(body)))

/**
 * What was wrapped under the pair that a token is of; the call zeroes it.
 * Raises `ImportTokenInvalid`, `ImportTokenExpired`, `CiphertextInvalid`.
 */
export async function unwrapByToken(
  context: Needs<'importParameters' | 'module' | 'store' | 'ground' | 'instance'>,
  call: Call,
  { key, token, wrapped }: { readonly key: HeldAccountKey; readonly token: Bytes; readonly wrapped: Bytes },
): Promise<SecretBytes> {
  const body = openToken(context, key, token)
  if (body.validTo <= call.at) throw new Problem({ code: 'ImportTokenExpired' })
  const parameters = await context.importParameters.get(call, key.compartment, [body.keyId, body.id])
  if (parameters === undefined) throw new Problem({ code: 'ImportTokenInvalid' })
  const place = { id: parameters.id, version: body.id }
  const stored = async (): Promise<Material> => {
    const material = await context.store.material(place)
    assert(material !== undefined, 'a wrapping pair without its private half')
    return material
  }
  const pair = await context.module(parameters.value.module).use(place, wrappingKeySpecs[body.spec], stored)
  const secret = await unwrap(pair, body, wrapped)
  call.defer(secret)
  return secret
}

/** Of this very key, in this Region. */
function openToken(context: Needs<'ground' | 'instance'>, { value }: HeldAccountKey, token: Bytes): TokenBody {
  const opened = openTravelling(context, 'importTokens', token)
  const body = opened && tokenBody.parse(JSON.parse(new TextDecoder().decode(opened)))
  if (body === undefined || body.keyId !== value.id || body.region !== value.region || body.accountId !== value.accountId)
    throw new Problem({ code: 'ImportTokenInvalid' })
  return body
}
