import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { HeldBucket } from '#domain/objects/find-bucket.ts'
import type { ObjectVersion } from '#domain/objects/records.ts'
import { findVersion, versionToRead, type HeldVersion } from '#domain/objects/versions.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Ask } from '#protocols/http/operation.ts'
import { bucketAsExpected } from './expected-owner.ts'
import { bucketFound, objectFound, type Asked } from './owned.ts'
import { invalidArgument } from './refusals.ts'

export interface WhichObject<P extends Permission, V extends Permission> {
  readonly bucket: string
  readonly key: string
  readonly versionId: string | undefined
  /** What the newest version is asked for by, and what a named one is. */
  readonly permissions: readonly [newest: P, named: V]
  readonly permit: Ask
  readonly asked: Asked
  /** The source of a copy has a header of its own that says whose it must be. */
  readonly as?: 'named' | 'source'
}

export interface FoundObject<P extends Permission> {
  readonly bucket: HeldBucket
  readonly version: HeldVersion
  readonly permit: Permit<P>
}

/**
 * An object to be read, and the right to it, asked before anybody learns whether it is there; that it is not there learns who may list.
 * Raises `BucketNotFound`, `AccessDenied`, `ObjectNotFound`, `ObjectVersionNotFound`, `ObjectDeleted`.
 */
export async function objectToRead<P extends Permission, V extends Permission>(
  context: Context,
  call: Call,
  which: WhichObject<P, V>,
): Promise<FoundObject<P | V>> {
  const { key, versionId, permit, asked, permissions } = which
  const bucket = await bucketAsExpected(context, call, { name: which.bucket, request: asked.request, as: which.as ?? 'named' })
  const there: ObjectVersion | undefined = (await findVersion(context, call, { bucket, key, versionId }))?.value
  const found = objectFound(asked, bucket, { key, object: there })
  const given = versionId === undefined ? permit(permissions[0], found) : permit(permissions[1], found)
  try {
    return { bucket, version: await versionToRead(context, call, { bucket, key, versionId }), permit: given }
  } catch (error) {
    if (error instanceof Problem && error.body.code === 'ObjectNotFound') permit('bucket.listObjects', bucketFound(asked, bucket))
    throw error
  }
}

/** `versionId` of the query. Raises `StorageRefused` for what no version is named. */
export const versionAsked = (query: ReadonlyMap<string, string>): string | undefined => checkedVersionId(query.get('versionid'))

/** As this service names them, and `null` for the one that was written without a name. */
export const isVersionId = (text: string): boolean => /^(?:null|[\w-]{32})$/.test(text)

export function checkedVersionId(text: string | undefined): string | undefined {
  if (text === '') throw invalidArgument('Version id cannot be the empty string')
  if (text !== undefined && !isVersionId(text)) throw invalidArgument('Invalid version id specified')
  return text
}
