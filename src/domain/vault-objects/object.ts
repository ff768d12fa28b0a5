import { z } from 'zod'
import { millis, type Millis } from '#model/brands.ts'

// What keys, secrets and certificates of a vault share: one record a name, its versions in it (decisions 0003, 0012).

/** Of every version; times in milliseconds, whole seconds on the wire. */
export const versionShape = {
  /** 32 lower-case hex digits; names the material's place too. */
  id: z.string(),
  enabled: z.boolean(),
  notBefore: z.number().int().optional(),
  expires: z.number().int().optional(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
  tags: z.record(z.string(), z.string()).optional(),
  /** For which moments its expiry was told (key-vault.md 11). */
  told: z.object({ nearExpiry: z.number().int().optional(), expired: z.number().int().optional() }).optional(),
  /** Its expiry was set by itself: it is told of even when another version is the current one. */
  watched: z.literal(true).optional(),
}

/** Of every object, but for its versions. */
export const objectShape = {
  /** In the case of its creation. */
  name: z.string(),
  deleted: z.object({ at: z.number().int(), scheduledPurgeAt: z.number().int() }).optional(),
  /** When a scheduler must look at it. */
  dueAt: z.number().int().optional(),
  /** Made and kept by the certificate of the same name: used and read like any other, changed by its certificate alone (key-vault.md 4.6). */
  managed: z.literal(true).optional(),
}

export interface ObjectVersion {
  readonly id: string
  readonly enabled: boolean
  readonly notBefore?: number | undefined
  readonly expires?: number | undefined
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly told?: { readonly nearExpiry?: number | undefined; readonly expired?: number | undefined } | undefined
  readonly watched?: true | undefined
}

/** Of a soft-deleted object. */
export interface Deletion {
  readonly at: number
  readonly scheduledPurgeAt: number
}

export interface VaultObject<V extends ObjectVersion = ObjectVersion> {
  readonly name: string
  /** In the order of their making; the last is the current one. */
  readonly versions: readonly V[]
  readonly deleted?: Deletion | undefined
  readonly dueAt?: number | undefined
  readonly managed?: true | undefined
}

/** The newest version by order of making, disabled or not (key-vault.md 2.7). */
export function currentVersion<V extends ObjectVersion>(object: VaultObject<V>): V {
  const last = object.versions.at(-1)
  if (last === undefined) throw new Error('an object of a vault without versions')
  return last
}

export type ObjectState = 'live' | 'deleted'

/** By what it is listed. A managed one that is deleted is its certificate's alone: in no list (key-vault.md 4.6). */
export function stateTags({ deleted, managed }: VaultObject): readonly (readonly ['state', ObjectState])[] {
  if (deleted === undefined) return [['state', 'live']]
  return managed === true ? [] : [['state', 'deleted']]
}

export const dueAtOf = ({ dueAt }: Pick<VaultObject, 'dueAt'>): Millis | undefined => (dueAt === undefined ? undefined : millis(dueAt))
