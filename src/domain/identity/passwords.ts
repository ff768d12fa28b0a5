import { timingSafeEqual } from 'node:crypto'
import { argon2Floor, argon2id, type Argon2Costs } from '#crypto/argon2.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { User } from './records.ts'

type Password = NonNullable<User['password']>

export interface NewUserPassword {
  readonly text: string
  readonly mustChange: boolean
}

const saltBytes = 16
const charactersMin = 8
const charactersMax = 256
const kindsMin = 3
const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u]

/** Entra's rule: 8 to 256 characters, of three kinds at least, and not the user's own name. Raises `InvalidBody`. */
export function checkPassword(text: string, user: Pick<User, 'userPrincipalName'>): void {
  const length = Array.from(text.normalize('NFC')).length
  const own = user.userPrincipalName.split('@')[0] ?? ''
  const named = own.length > 3 && text.toLowerCase().includes(own.toLowerCase())
  if (length >= charactersMin && length <= charactersMax && kinds.filter(kind => kind.test(text)).length >= kindsMin && !named) return
  throw new Problem({
    code: 'InvalidBody',
    details: {
      message: 'The specified password does not comply with password complexity requirements. Please provide a different password.',
    },
  })
}

type PasswordNeeds = Needs<'users' | 'ground' | 'identity'>

const placeOf = ({ users }: Needs<'users'>, { tenantId, id }: User, version: string): Place => ({
  id: users.idOf(compartmentOfGuid(tenantId), [id]),
  version,
})

/** The user with this password instead of any before: its hash is staged as material, nothing of it is in the record. Raises `InvalidBody`, `Busy`. */
export async function withPassword(
  context: PasswordNeeds,
  call: Call,
  made: { readonly user: User; readonly wanted: NewUserPassword },
): Promise<User> {
  const { user, wanted } = made
  checkPassword(wanted.text, user)
  const { barrier, random } = context.ground
  const { salt, digest, version } = await call.once('new password', async () => {
    const fresh = random.bytes(saltBytes)
    const stretched = await context.identity.passwords.run(async () => argon2id(wanted.text, { salt: fresh, costs: argon2Floor }))
    const secret = new SecretBytes(stretched)
    call.defer(secret)
    return { salt: fresh, digest: secret, version: random.bytes(16).toHex() }
  })
  const place = placeOf(context, user, version)
  if (user.password !== undefined) call.materials.push({ removeOf: place.id })
  call.materials.push({ place, material: barrier.sealMaterial(place, digest.bytes) })
  const password: Password = {
    version,
    salt: salt.toBase64({ alphabet: 'base64url', omitPadding: true }),
    ...argon2Floor,
    setAt: call.at,
    mustChange: wanted.mustChange,
  }
  return { ...user, password }
}

/** Nobody's: stretched where there is nothing to compare with, so that an unknown user costs the same (CVE-2025-6011). */
const nobody = { salt: new Uint8Array(saltBytes), costs: argon2Floor }

/** Is it this user's password? The same work whoever is asked for, one stretching a request. Raises `Busy`. */
export async function isPassword(
  context: PasswordNeeds & Needs<'store'>,
  call: Call,
  presented: { readonly user: User | undefined; readonly text: string },
): Promise<boolean> {
  const { user, text } = presented
  const kept = user?.password
  const how = kept === undefined ? nobody : stretchOf(kept)
  const digest = await call.once(`password given ${kept?.version ?? ''}`, async () => {
    const stretched = new SecretBytes(await context.identity.passwords.run(async () => argon2id(text, how)))
    call.defer(stretched)
    return stretched
  })
  if (user === undefined || kept === undefined) return false
  const place = placeOf(context, user, kept.version)
  const material = await context.store.material(place)
  // Changed since the record was read: the call runs again.
  if (material === undefined) return false
  using expected = context.ground.barrier.openMaterial(place, material)
  return timingSafeEqual(digest.bytes, expected.bytes)
}

const stretchOf = ({ salt, memoryKib, passes, lanes }: Password): { readonly salt: Uint8Array; readonly costs: Argon2Costs } => ({
  salt: Uint8Array.fromBase64(salt, { alphabet: 'base64url' }),
  costs: { memoryKib, passes, lanes },
})
