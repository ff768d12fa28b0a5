import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { Session } from '#domain/sessions/session.ts'
import { openSession } from '#domain/sessions/session-token.ts'
import { secretPlace } from './access-keys.ts'
import { rootArn, userArn } from './arn.ts'
import type { AccessKey } from './records.ts'
import { sessionPrincipal } from './session-principal.ts'

/** What a request shows of itself: the id of its key, and the token of its session. */
export interface Shown {
  readonly accessKeyId: string
  readonly sessionToken?: string | undefined
}

/** Who may have signed. Nothing is believed before the signature is seen to be of the key. */
export interface Signer {
  /** `undefined`: nobody; the key is one that nobody has. */
  readonly bearer: { readonly accessKeyId: string; readonly session?: Session } | undefined
  readonly key: KeyObject
}

export interface Derivation {
  /** Names what the key is derived for: day, Region, service. */
  readonly scope: string
  readonly derive: (secret: Uint8Array) => KeyObject
}

type Looking = Needs<'accessKeys' | 'instance' | 'ground' | 'store' | 'derivedKeys' | 'knownSessions'>

/** The key that a request of that key id has to be signed with. An id that nobody has costs the same derivation (security-and-reliability.md 5.2). */
export async function signerOf(
  context: Looking,
  call: Call,
  { shown, derivation }: { shown: Shown; derivation: Derivation },
): Promise<Signer> {
  const { accessKeyId, sessionToken } = shown
  if (sessionToken !== undefined) return sessionSigner(context, { accessKeyId, sessionToken }, derivation)
  // Dropped with every change of the access key, which is looked up before the signature counts for anything.
  const known = context.derivedKeys.get(accessKeyId, derivation.scope)
  if (known !== undefined) return { bearer: { accessKeyId }, key: known }
  const held = await context.accessKeys.get(call, context.instance.installation, [accessKeyId])
  if (held === undefined) return nobody(derivation)
  const place = secretPlace(context, accessKeyId)
  const material = await context.store.material(place)
  // Deleted since it was looked up.
  if (material === undefined) return nobody(derivation)
  using secret = context.ground.barrier.openMaterial(place, material)
  const key = derivation.derive(secret.bytes)
  context.derivedKeys.set(accessKeyId, derivation.scope, key)
  return { bearer: { accessKeyId }, key }
}

function sessionSigner(context: Looking, shown: { accessKeyId: string; sessionToken: string }, derivation: Derivation): Signer {
  const { accessKeyId, sessionToken: token } = shown
  const known = context.knownSessions.get({ accessKeyId, token })
  const already = known?.keys.get(derivation.scope)
  if (known !== undefined && already !== undefined) return { bearer: { accessKeyId, session: known.session }, key: already }
  const opened = openSession(context, { accessKeyId, token })
  if (opened === undefined) return nobody(derivation)
  using secret = opened.secret
  const key = derivation.derive(secret.bytes)
  const { session, term } = opened
  // The last few scopes are enough: a session lives for hours, and few use one in many Regions.
  const keys = new Map([...(known?.keys ?? [])].slice(1 - scopesMax)).set(derivation.scope, key)
  context.knownSessions.set({ accessKeyId, token }, { session, term, keys })
  return { bearer: { accessKeyId, session }, key }
}
const scopesMax = 16

function nobody({ derive }: Derivation): Signer {
  using secret = new SecretBytes(new Uint8Array(40))
  derive(secret.bytes)
  return { bearer: undefined, key: createSecretKey(new Uint8Array(32)) }
}

type Accounts = Needs<'accounts' | 'accountUsers' | 'accountRoles' | 'accountPolicies' | 'accessKeys' | 'instance'>

/** Who that is now: asked at every try. Raises `AccessKeyUnknown` for keys that are switched off or whose owner is gone, `SessionExpired`. */
export async function principalOf(
  context: Accounts,
  call: Call,
  { accessKeyId, session }: NonNullable<Signer['bearer']>,
): Promise<Principal> {
  if (session !== undefined) return sessionPrincipal(context, call, { accessKeyId, session })
  const key = await context.accessKeys.get(call, context.instance.installation, [accessKeyId])
  if (key?.value.active !== true) throw new Problem({ code: 'AccessKeyUnknown' })
  return key.value.user === undefined ? rootOf(context, call, key) : userOf(context, call, key)
}

type HeldKey = Held<AccessKey, readonly [id: string]>

async function rootOf({ accounts, instance }: Accounts, call: Call, { value: { id, accountId } }: HeldKey): Promise<Principal> {
  if ((await accounts.get(call, instance.installation, [accountId])) === undefined) throw new Problem({ code: 'AccessKeyUnknown' })
  return {
    id: accountId,
    kind: 'awsUser',
    tenant: accountId,
    credentialId: id,
    authMethod: 'signature',
    acting: { accountId, kind: 'root', arn: rootArn(accountId), userId: accountId, accessKeyId: id, sessionPolicies: [], tags: {} },
  }
}

async function userOf(context: Accounts, call: Call, { value: key }: HeldKey): Promise<Principal> {
  const account = await context.accounts.get(call, context.instance.installation, [key.accountId])
  const user = account && (await context.accountUsers.get(call, account.value.compartment, [key.user ?? '']))
  // Another user of the same name does not inherit it.
  if (user === undefined || user.value.id !== key.userId) throw new Problem({ code: 'AccessKeyUnknown' })
  const { id, accountId, name, tags } = user.value
  return {
    id,
    kind: 'awsUser',
    tenant: accountId,
    credentialId: key.id,
    authMethod: 'signature',
    acting: { accountId, kind: 'user', arn: userArn(user.value), userId: id, accessKeyId: key.id, name, sessionPolicies: [], tags },
  }
}
