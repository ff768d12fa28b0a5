import { Problem } from '#model/problem.ts'
import type { ObjectVersion } from './object.ts'

/** What a caller may say of a version; absent keeps or takes the default. Times in milliseconds. */
export interface ObjectAttributes {
  readonly enabled?: boolean | undefined
  readonly notBefore?: number | undefined
  readonly expires?: number | undefined
}

export type ObjectTags = Readonly<Record<string, string>>

type Window = Pick<ObjectVersion, 'enabled' | 'notBefore' | 'expires'>

/** The attributes after a change of those before. A window must not end before it begins: raises `InvalidBody`. */
export function changedAttributes(before: Window, change: ObjectAttributes = {}): Window {
  const { enabled = before.enabled, notBefore = before.notBefore, expires = before.expires } = change
  if (notBefore !== undefined && expires !== undefined && expires <= notBefore)
    throw new Problem({ code: 'InvalidBody', details: { name: 'exp', message: 'must be later than the property "nbf"' } })
  return {
    enabled,
    ...(notBefore !== undefined && { notBefore }),
    ...(expires !== undefined && { expires }),
  }
}

/** Times of versions have the resolution of the wire: what is shown is what counts. */
export const wholeSecond = (at: number): number => Math.floor(at / 1000) * 1000
