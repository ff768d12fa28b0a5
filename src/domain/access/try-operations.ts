import { Problem } from '#model/problem.ts'
import { isSymmetric } from '#crypto/symmetric.ts'
import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { findKey } from '#domain/keys/find-key.ts'
import type { KeyVersion } from '#domain/keys/records.ts'
import { assertUsable, type KeyUse } from '#domain/keys/states.ts'
import { vaultByName } from '#domain/resources/find-vault.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { ExplainQuestion } from './explain.ts'
import { placeNamed } from './explain-place.ts'
import { permissionNamed } from './explain-words.ts'
import { principalNamed, type Named } from './named-principal.ts'
import { noFacts } from './permit.ts'
import { permissionRow, type Permission } from './permissions.ts'

/** An operation of a wire, and what it asks for. */
export interface OfferedOperation {
  readonly name: string
  readonly of: 'vault' | 'account'
  readonly permissions: readonly Permission[]
}

/** What the next request would be told, as far as rights and the state of the thing go; what its body says is not there to be judged. */
export interface TriedOperation {
  readonly operation: string
  readonly action: string
  readonly allow: boolean
  /** One sentence, where it is not allowed. */
  readonly because?: string
}

/** Asks each operation of a vault's wire as a dry run, at one place: by the evaluator that decides of requests, and by the state of the key. Opens nothing. Raises as `explain`. */
export async function tryOperations(
  context: Context,
  call: Call,
  { operations, ...question }: ExplainQuestion & { readonly operations: readonly OfferedOperation[] },
): Promise<{
  readonly principal: Pick<Named, 'displayName' | 'type'> & { readonly objectId: string }
  readonly scope: string
  readonly tried: readonly TriedOperation[]
}> {
  const named = principalNamed(context, question)
  const on = question.scope === undefined ? rootScope : await placeNamed(context, call, question.scope)
  const only = question.action === undefined ? undefined : permissionRow(permissionNamed(question.action)).azure
  const object = await objectAt(context, call, on)
  const tried = operations
    .filter(({ of, permissions }) => of === 'vault' && permissions.every(permission => standsAt(permission, on)))
    .filter(({ permissions }) => only === undefined || permissions.some(permission => permissionRow(permission).azure === only))
    .map(operation => tryOne(context, operation, { named, on, object, call }))
  const { id: objectId, displayName, type } = named
  return { principal: { objectId, displayName, type }, scope: on.length === 1 ? '/' : (on.at(-1) ?? '/'), tried }
}

interface Trial {
  readonly named: Named
  readonly on: Scope
  readonly object: ObjectAt | undefined
  readonly call: Pick<Call, 'at'>
}

function tryOne(context: Context, { name, permissions }: OfferedOperation, { named, on, object, call }: Trial): TriedOperation {
  const needed = permissions.map(permission => forThisType(permission, object))
  const action = permissionRow(needed[0] ?? 'key.read').azure ?? ''
  for (const permission of needed) {
    const ruling = context.access.judge({ who: named.who, permission, on, facts: noFacts, at: call.at })
    if (!ruling.allowed) return { operation: name, action, allow: false, because: sentence(named, permission, ruling.because) }
  }
  const state = needed.map(permission => refusalOf(object, permission, call)).find(refusal => refusal !== undefined)
  return state === undefined ? { operation: name, action, allow: true } : { operation: name, action, allow: false, because: state }
}

/** What a conditional assignment would say depends on the request: it is told apart from having nothing. */
function sentence({ displayName }: Named, permission: Permission, because: string): string {
  const action = permissionRow(permission).azure ?? permission
  if (because === 'condition-not-met') return `${displayName} has ${action} under a condition alone, which a dry run does not meet.`
  return `${displayName} has no right to ${action} here.`
}

const kinds: Readonly<Record<string, string>> = { keys: 'key', secrets: 'secret', certificates: 'certificate' }
const objectPattern = /\/vaults\/(?<vault>[^/]+)\/(?<kind>keys|secrets|certificates)\/(?<name>[^/]+)$/i

/** At one object, what is done with its kind; anywhere else all of it. */
function standsAt(permission: Permission, on: Scope): boolean {
  const { kind } = objectPattern.exec(on.at(-1) ?? '')?.groups ?? {}
  return kind === undefined || permission.startsWith(`${kinds[kind.toLowerCase()]}.`)
}

interface ObjectAt {
  readonly name: string
  /** Absent: there is none of that name. */
  readonly version?: KeyVersion
}

async function objectAt(context: Context, call: Call, on: Scope): Promise<ObjectAt | undefined> {
  const { vault: vaultName = '', kind = '', name = '' } = objectPattern.exec(on.at(-1) ?? '')?.groups ?? {}
  if (kind.toLowerCase() !== 'keys') return undefined
  const vault = await vaultByName(context, call, vaultName)
  if (vault === undefined) return undefined
  const found = await findKey(context, call, { vault: vault.value, name, version: 'current' })
  return { name: `${vaultName}/${name}`, ...(found !== undefined && { version: found.version }) }
}

const useOf: Partial<Record<Permission, KeyUse>> = {
  'key.encrypt': 'encrypt',
  'key.encryptSymmetric': 'encrypt',
  'key.decrypt': 'decrypt',
  'key.wrap': 'wrapKey',
  'key.wrapSymmetric': 'wrapKey',
  'key.unwrap': 'unwrapKey',
  'key.sign': 'sign',
  'key.verify': 'verify',
  'key.verifySymmetric': 'verify',
}
const ofSymmetric: Partial<Record<Permission, Permission>> = {
  'key.encrypt': 'key.encryptSymmetric',
  'key.wrap': 'key.wrapSymmetric',
  'key.verify': 'key.verifySymmetric',
}

/** A symmetric key has no public half, whose operations its readers would have. */
const forThisType = (permission: Permission, object: ObjectAt | undefined): Permission =>
  object?.version !== undefined && isSymmetric(object.version.spec) ? (ofSymmetric[permission] ?? permission) : permission

const states: Readonly<Record<string, string>> = {
  KeyDisabled: 'is disabled',
  KeyNotYetValid: 'is not valid yet',
  KeyExpired: 'has expired',
  KeyOperationForbidden: 'has not this operation among its key_ops',
}

function refusalOf(object: ObjectAt | undefined, permission: Permission, { at }: Pick<Call, 'at'>): string | undefined {
  const use = useOf[permission]
  if (object === undefined || use === undefined) return undefined
  if (object.version === undefined) return `There is no key ${object.name}.`
  try {
    assertUsable(object.version, use, at)
    return undefined
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return `The key ${object.name} ${states[error.body.code] ?? error.body.code}.`
  }
}
