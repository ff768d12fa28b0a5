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
  /** The newest, in the order of their making; the last is the current one. */
  versions: z.array(secretVersion).min(1),
  /** How many are older still, and stand in records of their own (decision 0012). */
  older: z.number().int().positive().optional(),
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

/** So many older versions stand in one record: a set writes what is near, however long the secret has been kept. */
export const versionsARecord = 64

const olderVersionsSchema = z.object({
  /** In the order of their making. */
  versions: z.array(secretVersion).length(versionsARecord),
  /** When it must be told that one of them expires: their secret's own record looks after its newest alone. */
  dueAt: z.number().int().optional(),
})
export type OlderVersions = z.output<typeof olderVersionsSchema>

export const versionTag = (name: string, version: string): readonly ['version', string, string] => ['version', name.toLowerCase(), version]

/** In the vault's compartment; path: name in lower case, and the how manieth record of this secret it is. Found by each of its versions too. */
export const olderSecretVersions = family<OlderVersions, readonly [name: string, at: string]>({
  name: 'olderSecretVersions',
  schema: olderVersionsSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  tags: ({ versions }, [name]) => versions.map(({ id }) => versionTag(name, id)),
  dueAt: dueAtOf,
})
