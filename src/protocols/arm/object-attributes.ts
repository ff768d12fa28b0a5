import { z } from 'zod'
import type { ObjectVersion } from '#domain/vault-objects/object.ts'
import { maybe } from './bodies.ts'

// What ARM says and takes of a version of a key or a secret (identity-and-arm.md 3.1).

export const seconds = (ms: number): number => Math.floor(ms / 1_000)

export const attributesShape = (version: ObjectVersion) => ({
  enabled: version.enabled,
  ...(version.notBefore !== undefined && { nbf: seconds(version.notBefore) }),
  ...(version.expires !== undefined && { exp: seconds(version.expires) }),
  created: seconds(version.createdAt),
  updated: seconds(version.updatedAt),
})

/** Seconds until the end of the year 9999 on the wire, milliseconds inside. */
const time = maybe(
  z
    .int('must be a number of seconds')
    .min(0)
    .max(253_402_300_799)
    .transform(value => value * 1_000),
)

export const attributesBody = maybe(
  z
    .object({ enabled: maybe(z.boolean()), nbf: time, exp: time, exportable: maybe(z.boolean()) })
    .transform(({ enabled, nbf, exp, exportable }) => ({ enabled, notBefore: nbf, expires: exp, exportable })),
)
