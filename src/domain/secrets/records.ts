import { z } from 'zod'
import { family } from '#domain/records/family.ts'
import { dueAtOf, objectShape, stateTags, versionShape } from '#domain/vault-objects/object.ts'

/** Never the value: that is material, sealed for the version's place in the table of materials (design.md 3). */
const secretVersion = z.object({
  ...versionShape,
  contentType: z.string().optional(),
  /** Of a managed secret: the version of the key of the same name that its certificate was made for. */
  keyVersion: z.string().optional(),
})
export type SecretVersion = z.output<typeof secretVersion>

export const secretSchema = z.object({
  /** Due by what is told of its expiry, or by its scheduled purge. */
  ...objectShape,
  /** In the order of their making; the last is the current one. */
  versions: z.array(secretVersion).min(1),
})
export type Secret = z.output<typeof secretSchema>

/** In the vault's compartment; path: name in lower case. Listed by the tag of its state. */
export const secrets = family<Secret, readonly [name: string]>({
  name: 'secrets',
  schema: secretSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  tags: stateTags,
  dueAt: dueAtOf,
})
