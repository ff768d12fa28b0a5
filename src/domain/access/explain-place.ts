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

/** An ARM id, a vault's name, `vault/key`, or a key's URL. Raises `InvalidParameter`, `VaultNotFound`. */
export async function placeNamed(context: Needs<'names' | 'vaults' | 'instance'>, call: Call, text: string): Promise<Scope> {
  if (text === '/') return rootScope
  if (text.startsWith('/')) {
    const scope = placeOfArmId(text)
    if (scope !== undefined) return scope
    throw new Problem({ code: 'InvalidParameter', details: { name: 'scope', message: 'The scope is no resource id.' } })
  }
  const url = /^https:\/\/([^./:]+)\.vault\.[^/]+(?:\/keys\/([^/]+).*)?\/?$/i.exec(text)
  const [name = '', key] = url === null ? text.split('/') : [url[1], url[2]]
  const vault = await vaultByName(context, call, name)
  if (vault === undefined) throw new Problem({ code: 'VaultNotFound', details: { name } })
  return key === undefined || key === '' ? vault.value.scope : childScope(vault.value.scope, `keys/${key}`)
}
