import { memberOf, textOf } from './json-value.ts'
import { spanText } from './times.ts'
import type { VaultAttributes } from './vault-attributes.ts'

/** A secret as commands tell of it: never its value. Times are RFC 3339, what there is not is null. */
export interface ShownSecret {
  readonly name: string
  readonly id: string
  readonly version: string
  readonly contentType: string | null
  readonly attributes: VaultAttributes
  readonly tags: unknown
}

const timeOrNull = (seconds: unknown): string | null => (typeof seconds === 'number' ? new Date(seconds * 1_000).toISOString() : null)

/** Of what a vault answers about a secret. */
export function shownSecret(bundle: unknown, vault: string): ShownSecret {
  const attributes = memberOf(bundle, 'attributes')
  const id = textOf(memberOf(bundle, 'id'))
  const [, , , , name = '', version = ''] = id.split('/')
  return {
    name: `${vault}/${name}`,
    id,
    version,
    contentType: textOf(memberOf(bundle, 'contentType')) || null,
    attributes: {
      enabled: memberOf(attributes, 'enabled') === true,
      created: timeOrNull(memberOf(attributes, 'created')),
      updated: timeOrNull(memberOf(attributes, 'updated')),
      notBefore: timeOrNull(memberOf(attributes, 'nbf')),
      expires: timeOrNull(memberOf(attributes, 'exp')),
      recoveryLevel: textOf(memberOf(attributes, 'recoveryLevel')),
    },
    tags: memberOf(bundle, 'tags') ?? {},
  }
}

/** `kv1/s1  v 0f9a  enabled  text/plain  set 3 d ago`. */
export function secretLine({ name, version, contentType, attributes }: ShownSecret): readonly string[] {
  const expires = attributes.expires === null ? 'no expiry' : `expires ${attributes.expires.slice(0, 10)}`
  const set = attributes.created === null ? '' : `set ${spanText(Date.now() - Date.parse(attributes.created))} ago`
  return [
    name,
    version === '' ? '' : `v ${version.slice(0, 4)}`,
    attributes.enabled ? 'enabled' : 'disabled',
    contentType ?? '',
    expires,
    set,
  ]
}
