import type { Scope } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { vaultByName } from '#domain/resources/find-vault.ts'
import { childScope, rootScope, subscriptionOfArmId } from '#domain/resources/scopes.ts'

/** `/subscriptions/…` as it is split by ARM: each group, resource and nested resource is a place. */
function placeOfArmId(armId: string): Scope | undefined {
  if (subscriptionOfArmId(armId) === undefined) return undefined
  const [, subscriptions = '', id = '', ...rest] = armId.replace(/\/$/, '').split('/')
  let scope = childScope(rootScope, `${subscriptions}/${id}`)
  let segments: readonly string[] = rest
  while (segments.length > 0) {
    const length = segments[0]?.toLowerCase() === 'providers' ? 4 : 2
    if (segments.length < length) return undefined
    scope = childScope(scope, segments.slice(0, length).join('/'))
    segments = segments.slice(length)
  }
  return scope
}

const objectPattern = /^(?<kind>keys|secrets|certificates)\/(?<name>[^/]+)/i
const urlPattern = /^https:\/\/(?<vault>[^./:]+)\.vault\.[^/]+(?:\/(?<rest>.*))?$/i

/** An ARM id, a vault's name, `vault/key`, `vault/secrets/name`, or an object's URL. Raises `InvalidParameter`, `VaultNotFound`. */
export async function placeNamed(context: Needs<'names' | 'vaults' | 'instance'>, call: Call, text: string): Promise<Scope> {
  if (text === '/') return rootScope
  if (text.startsWith('/')) return placeOfArmId(text) ?? refuseScope('The scope is no resource id.')
  const { name, rest } = partsOf(text)
  const vault = await vaultByName(context, call, name)
  if (vault === undefined) throw new Problem({ code: 'VaultNotFound', details: { name } })
  return placeWithin(vault.value.scope, rest)
}

function partsOf(text: string): { readonly name: string; readonly rest: string } {
  const url = urlPattern.exec(text)?.groups
  if (url !== undefined) return { name: url['vault'] ?? '', rest: url['rest'] ?? '' }
  const [name = '', ...rest] = text.split('/')
  return { name, rest: rest.join('/') }
}

/** What stands behind a vault's name; a word alone is a key. */
function placeWithin(vault: Scope, rest: string): Scope {
  if (rest === '') return vault
  const { kind, name } = objectPattern.exec(rest)?.groups ?? {}
  if (kind !== undefined && name !== undefined) return childScope(vault, `${kind}/${name}`)
  return rest.includes('/') ? refuseScope('A vault holds keys, secrets and certificates.') : childScope(vault, `keys/${rest}`)
}

function refuseScope(message: string): never {
  throw new Problem({ code: 'InvalidParameter', details: { name: 'scope', message } })
}
