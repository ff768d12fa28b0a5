import type { RecordId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { nextNotice, noticeTold, type ExpiryNotice, type NearAt } from '#domain/vault-objects/expiry.ts'
import type { HeldObject } from '#domain/vault-objects/find-object.ts'
import type { ObjectVersion, VaultObject } from '#domain/vault-objects/object.ts'
import { tellOfVersion, type ObjectKind } from './vault-events.ts'

/** Stages the event that is due of an object; answers its versions as they are kept from then on, or `undefined` where nothing is due. */
export function tellExpiryIfDue<V extends ObjectVersion, T extends VaultObject<V>>(
  context: Needs<'ground'>,
  call: Call,
  what: { readonly kind: ObjectKind; readonly held: HeldObject<T>; readonly nearAt: NearAt },
): V[] | undefined {
  const { kind, held, nearAt } = what
  return tellIfDue<V>(context, call, {
    kind,
    object: held.id,
    versions: held.value.versions,
    nearAt,
    notice: nextNotice<V>(held.value, nearAt),
  })
}

/** The same where it is known what comes next, of versions wherever they stand. `object`: whose they are. */
export function tellIfDue<V extends ObjectVersion>(
  context: Needs<'ground'>,
  call: Call,
  what: {
    readonly kind: ObjectKind
    readonly object: RecordId
    readonly versions: readonly V[]
    readonly nearAt: NearAt
    readonly notice: ExpiryNotice<V> | undefined
  },
): V[] | undefined {
  const { kind, object, nearAt, notice } = what
  if (notice === undefined || notice.at > call.at) return undefined
  const { version } = notice
  const { versions, occasion } = noticeTold<V>(what.versions, { version, nearAt, at: call.at })
  call.operation = `${kind}${occasion}EventGridNotification`
  call.details.set('version', version.id)
  tellOfVersion(context, call, { kind, occasion, object, version })
  return versions
}
