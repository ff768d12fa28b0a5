import { hash } from 'node:crypto'
import { publicKeyToJwk } from '#crypto/public-key.ts'
import { certificateOf, certificateToSign } from '#crypto/self-signed.ts'
import type { Millis } from '#model/brands.ts'
import type { Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { tokenLifeMsMax } from './lifetimes.ts'
import type { SigningKey } from './records.ts'

type HeldKey = Held<SigningKey, readonly [id: string]>

const spec = 'RSA-2048'
const module = 'software'
const materialVersion = '1'.padStart(32, '0')
const dayMs = 86_400_000
/** Long beyond any use: verifiers look at the key set, not at the certificate's dates. */
const certificateLivesMs = 5 * 365 * dayMs
const backdateMs = 5 * 60_000
/** Whoever verifies has a day to learn of a new key before it signs. */
export const publishedAheadMs = dayMs

const materialPlace = ({ signingKeys }: Needs<'signingKeys'>, tenantId: string, id: string): Place => ({
  id: signingKeys.idOf(compartmentOfGuid(tenantId), [id]),
  version: materialVersion,
})

/** Makes a tenant's signing key with its self-signed certificate; it is published as soon as the call is committed. */
export async function makeSigningKey(
  context: Needs<'signingKeys' | 'ground' | 'module'>,
  call: Call,
  wanted: { readonly tenantId: string; readonly signsFrom: Millis },
): Promise<HeldKey> {
  const { tenantId, signsFrom } = wanted
  const { place, material, value } = await call.once(`signing key of ${tenantId}`, async () => generate(context, call, tenantId))
  call.materials.push({ place, material })
  const path = [value.id] as const
  return context.signingKeys.create(call, compartmentOfGuid(tenantId), { path, value: { ...value, createdAt: call.at, signsFrom } })
}

async function generate(context: Needs<'signingKeys' | 'ground' | 'module'>, call: Call, tenantId: string) {
  const { random } = context.ground
  const id = random.uuid()
  const place = materialPlace(context, tenantId, id)
  const { material, publicKey } = await context.module(module).generate(spec, place)
  if (publicKey === undefined) throw new Error('a signing key without a public half')
  const toBeSigned = certificateToSign({
    commonName: 'Keystead token signing',
    serial: random.bytes(16),
    notBefore: call.at - backdateMs,
    notAfter: call.at + certificateLivesMs,
    publicKey,
  })
  const usable = await context.module(module).use(place, spec, async () => material)
  const certificate = certificateOf(toBeSigned, await usable.sign('RS256', hash('sha256', toBeSigned, 'buffer')))
  const jwk = publicKeyToJwk(publicKey)
  if (jwk.kty !== 'RSA') throw new Error('a signing key that is not RSA')
  const kid = hash('sha1', certificate, 'buffer').toString('base64url')
  return { place, material, value: { id, tenantId, module, kid, certificate: certificate.toBase64(), n: jwk.n, e: jwk.e } }
}

/** What the key set shows now, oldest first: those that sign, will sign, or have signed tokens that still live. */
export const publishedKeys = (keys: readonly HeldKey[], at: Millis): readonly HeldKey[] =>
  keys.filter(key => isPublished(key, at)).sort((one, other) => one.value.signsFrom - other.value.signsFrom)

export const isPublished = ({ value }: HeldKey, at: Millis): boolean => value.publishedUntil === undefined || at < value.publishedUntil

/** The key that signs now: the newest whose time has come, published for as long as anything that it signs may live. */
export function signerAt(keys: readonly HeldKey[], at: Millis): HeldKey {
  const able = keys.filter(
    ({ value }) => value.signsFrom <= at && (value.publishedUntil === undefined || at + tokenLifeMsMax <= value.publishedUntil),
  )
  const [newest] = able.toSorted((one, other) => other.value.signsFrom - one.value.signsFrom)
  if (newest === undefined) throw new Error('no signing key of this tenant may sign now')
  return newest
}

/** RSASSA-PKCS1-v1_5 with SHA-256 over the text, off this thread. */
export async function signText(context: Needs<'signingKeys' | 'module' | 'store'>, key: HeldKey, text: string): Promise<Uint8Array> {
  const { tenantId, id, module } = key.value
  const place = materialPlace(context, tenantId, id)
  const usable = await context.module(module).use(place, spec, async () => {
    const material = await context.store.material(place)
    if (material === undefined) throw new Error('a signing key without material')
    return material
  })
  return usable.sign('RS256', hash('sha256', text, 'buffer'))
}
