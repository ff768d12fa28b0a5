import { ask } from './admin.ts'
import { listOf, memberOf, textOf } from './json-value.ts'
import { spanText } from './times.ts'
import type { VaultAttributes } from './vault-attributes.ts'

/** A key of a vault as commands tell of it; times are RFC 3339, what there is not is null. */
export interface ShownKey {
  readonly name: string
  readonly kid: string
  readonly kty: string
  readonly spec: string
  readonly version: string
  readonly keyOps: readonly string[]
  readonly attributes: VaultAttributes
  readonly tags: unknown
  /** The public half. */
  readonly key: unknown
  readonly lastUse: string | null
  readonly lastUser: string | null
}

const timeOrNull = (seconds: unknown): string | null => (typeof seconds === 'number' ? new Date(seconds * 1_000).toISOString() : null)

/** RSA-2048, P-256, ML-DSA-65. */
function specOf(jwk: unknown): string {
  const of = (name: string): string => textOf(memberOf(jwk, name))
  if (of('crv') !== '') return of('crv')
  if (of('alg') !== '') return of('alg')
  return of('n') === '' ? of('kty') : `RSA-${Buffer.from(of('n'), 'base64url').length * 8}`
}

/** Of what a vault answers about a key. */
export function shownKey(bundle: unknown, name: string, used?: { readonly at: string; readonly by: string }): ShownKey {
  const [jwk, attributes] = [memberOf(bundle, 'key'), memberOf(bundle, 'attributes')]
  const kid = textOf(memberOf(jwk, 'kid')) || textOf(memberOf(bundle, 'kid'))
  return {
    name,
    kid,
    kty: textOf(memberOf(jwk, 'kty')),
    spec: specOf(jwk),
    version: kid.split('/')[5] ?? '',
    keyOps: listOf(memberOf(jwk, 'key_ops')).map(textOf),
    attributes: {
      enabled: memberOf(attributes, 'enabled') === true,
      created: timeOrNull(memberOf(attributes, 'created')),
      updated: timeOrNull(memberOf(attributes, 'updated')),
      notBefore: timeOrNull(memberOf(attributes, 'nbf')),
      expires: timeOrNull(memberOf(attributes, 'exp')),
      recoveryLevel: textOf(memberOf(attributes, 'recoveryLevel')),
    },
    tags: memberOf(bundle, 'tags') ?? {},
    key: jwk,
    lastUse: used?.at ?? null,
    lastUser: used?.by ?? null,
  }
}

const usesOfDays = 90

/** Who used it last, as the audit of ninety days has it. */
export async function lastUseOf(dataDir: string, name: string): Promise<{ readonly at: string; readonly by: string } | undefined> {
  const told = await ask(dataDir, { method: 'POST', path: '/keys/uses', body: { days: usesOfDays } })
  const use = listOf(memberOf(told, 'uses')).find(one => textOf(memberOf(one, 'key')) === name.toLowerCase())
  return use === undefined ? undefined : { at: textOf(memberOf(use, 'at')), by: textOf(memberOf(use, 'by')) }
}

const endText = (expires: string | null): string => {
  if (expires === null) return 'no expiry'
  const left = Date.parse(expires) - Date.now()
  return left <= 0 ? `expired ${spanText(-left)} ago` : `expires in ${spanText(left)}`
}

/** `kv1/k1  RSA-2048  v 0f9a  enabled  expires in 89 d`, and its last use where that was asked. */
export function keyLine({ name, spec, version, attributes, lastUse, lastUser }: ShownKey): string {
  const used = lastUse === null ? [] : [`used ${spanText(Date.now() - Date.parse(lastUse))} ago by ${lastUser}`]
  const state = attributes.enabled ? 'enabled' : 'disabled'
  return [name, spec, `v ${version.slice(0, 4)}`, state, endText(attributes.expires), ...used].join('  ')
}
