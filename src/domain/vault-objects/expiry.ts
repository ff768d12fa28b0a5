import type { ObjectVersion, VaultObject } from './object.ts'

const dayMs = 86_400_000

/** When the end of a version comes near; `undefined` where no clock says it. Milliseconds. */
export type NearAt = (expires: number) => number | undefined

/** Of secrets and certificates, fixed (key-vault.md 11). */
export const thirtyDaysBefore: NearAt = expires => expires - 30 * dayMs

/** What is to be told of a version, and when. */
export interface ExpiryNotice<V extends ObjectVersion> {
  readonly version: V
  readonly occasion: 'NearExpiry' | 'Expired'
  readonly at: number
}

/**
 * The next word on the expiry of the current version, or of an older one whose expiry was set since; `undefined` where there is none left.
 * One that is disabled waits until it is enabled. What was told is kept by the moment that it was told for: another expiry or another policy gives another moment, a clock that goes back does not.
 */
export function nextNotice<V extends ObjectVersion>(
  { versions }: Pick<VaultObject<V>, 'versions'>,
  nearAt: NearAt,
): ExpiryNotice<V> | undefined {
  const current = versions.at(-1)
  return soonest(
    versions.filter(version => version === current || version.watched === true),
    nearAt,
  )
}

/** The same of versions none of which is the current one. */
export const nextNoticeOfOlder = <V extends ObjectVersion>(versions: readonly V[], nearAt: NearAt): ExpiryNotice<V> | undefined =>
  soonest(
    versions.filter(version => version.watched === true),
    nearAt,
  )

const soonest = <V extends ObjectVersion>(versions: readonly V[], nearAt: NearAt): ExpiryNotice<V> | undefined =>
  versions.flatMap(version => noticesOf(version, nearAt)).toSorted((one, other) => one.at - other.at)[0]

function noticesOf<V extends ObjectVersion>(version: V, nearAt: NearAt): readonly ExpiryNotice<V>[] {
  const { enabled, expires, told } = version
  if (!enabled || expires === undefined || told?.expired === expires) return []
  const near = nearAt(expires)
  const isTold = near === undefined || told?.nearExpiry === near
  return [isTold ? { version, occasion: 'Expired', at: expires } : { version, occasion: 'NearExpiry', at: near }]
}

/** The versions once it was told: of one that has expired meanwhile that it was near is not told any more. */
export function noticeTold<V extends ObjectVersion>(
  versions: readonly V[],
  { version, nearAt, at }: { readonly version: V; readonly nearAt: NearAt; readonly at: number },
): { readonly versions: V[]; readonly occasion: ExpiryNotice<V>['occasion'] } {
  const { expires } = version
  const nearExpiry = expires === undefined ? undefined : nearAt(expires)
  const over = expires !== undefined && at >= expires
  const told = { ...(nearExpiry !== undefined && { nearExpiry }), ...(over && { expired: expires }) }
  return {
    versions: versions.map(one => (one.id === version.id ? { ...one, told } : one)),
    occasion: over ? 'Expired' : 'NearExpiry',
  }
}

/** The version after a change of its attributes: who sets its expiry wants to hear of it, though it is no longer the current one. */
export const watchedAfter = (before: ObjectVersion, expires: number | undefined): { readonly watched?: true } =>
  expires !== undefined && expires !== before.expires ? { watched: true } : {}
