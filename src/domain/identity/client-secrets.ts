import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto'
import type { Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Material, Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { PasswordCredential } from './records.ts'

/** A tenant has one pepper, material of its own record. */
const pepperVersion = '1'.padStart(32, '0')
const pepperBytes = 32
/** Characters of a secret, base64url of 30 random bytes: 240 bits, so that no password hash is needed (security-and-reliability.md 5.1). */
const secretBytes = 30
const hintCharacters = 3
const livesMsDefault = 2 * 365 * 86_400_000

type PepperNeeds = Needs<'tenants' | 'ground' | 'store' | 'identity'>

const pepperPlace = ({ tenants }: Needs<'tenants'>, tenantId: string): Place => ({
  id: tenants.idOf(compartmentOfGuid(tenantId), [tenantId]),
  version: pepperVersion,
})

/** Makes a tenant's pepper in the call that makes the tenant. */
export function stagePepper(context: Needs<'tenants' | 'ground'>, call: Call, tenantId: string): void {
  const { barrier, random } = context.ground
  const place = pepperPlace(context, tenantId)
  using pepper = new SecretBytes(random.bytes(pepperBytes))
  call.materials.push({ place, material: barrier.sealMaterial(place, pepper.bytes) })
}

async function pepperOf(context: PepperNeeds, call: Call, tenantId: string): Promise<KeyObject> {
  const place = pepperPlace(context, tenantId)
  const staged = call.materials.find(one => 'place' in one && one.place.id === place.id && one.place.version === place.version)
  // A tenant that is only being made: its pepper may still change with the next try.
  if (staged !== undefined && 'material' in staged) return opened(context, place, staged.material)
  const known = context.identity.peppers.get(place.id)
  if (known !== undefined) return known
  const material = await context.store.material(place)
  if (material === undefined) throw new Error('a tenant without a pepper')
  const pepper = opened(context, place, material)
  context.identity.peppers.set(place.id, pepper)
  return pepper
}

function opened({ ground }: Needs<'ground'>, place: Place, material: Material): KeyObject {
  using pepper = ground.barrier.openMaterial(place, material)
  return createSecretKey(pepper.bytes)
}

/** A new secret: its text is shown once, its record keeps an HMAC under the tenant's pepper. */
export async function newPassword(
  context: PepperNeeds,
  call: Call,
  wanted: { readonly tenantId: string; readonly displayName?: string; readonly startAt?: number; readonly endAt?: number },
): Promise<{ readonly credential: PasswordCredential; readonly secretText: string }> {
  const { random } = context.ground
  const pepper = await pepperOf(context, call, wanted.tenantId)
  const secretText = secretTextOf(random.bytes(secretBytes))
  const startAt = wanted.startAt ?? call.at
  const credential: PasswordCredential = {
    keyId: random.uuid(),
    hint: secretText.slice(0, hintCharacters),
    startAt,
    endAt: wanted.endAt ?? startAt + livesMsDefault,
    digest: digestOf(pepper, secretText).toString('base64url'),
    ...(wanted.displayName !== undefined && { displayName: wanted.displayName }),
  }
  return { credential, secretText }
}

/** Without a dash in front, which a command line takes for an option (`az login -p`): that costs 0.02 of the 240 bits. */
export const secretTextOf = (bytes: Bytes): string => bytes.toBase64({ alphabet: 'base64url' }).replace(/^-/, 'A')

const digestOf = (pepper: KeyObject, secretText: string): Buffer => createHmac('sha256', pepper).update(secretText, 'utf8').digest()

/** Nobody's: compared with where there is nothing else, so that an unknown principal costs the same work (CVE-2025-6011). */
const nobody: PasswordCredential = { keyId: '', hint: '', startAt: 0, endAt: 0, digest: Buffer.alloc(32).toString('base64url') }

/** The credential whose secret this is, expired or not. Compares with all of them, in constant time each. */
export async function passwordOf(
  context: PepperNeeds,
  call: Call,
  presented: { readonly tenantId: string; readonly among: readonly PasswordCredential[]; readonly secretText: string },
): Promise<PasswordCredential | undefined> {
  const digest = digestOf(await pepperOf(context, call, presented.tenantId), presented.secretText)
  let found: PasswordCredential | undefined
  for (const credential of presented.among.length === 0 ? [nobody] : presented.among) {
    if (timingSafeEqual(digest, Buffer.from(credential.digest, 'base64url')) && credential !== nobody) found = credential
  }
  return found
}
