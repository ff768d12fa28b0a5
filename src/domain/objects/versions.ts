import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import { Problem } from '#model/problem.ts'
import { dropBytes } from './bytes-removed.ts'
import type { HeldBucket } from './find-bucket.ts'
import type { ObjectVersion } from './records.ts'
import { dropShort, isShort } from './short-bytes.ts'

export type HeldObject = Held<ObjectVersion, readonly [key: string]>
export type HeldVersion = HeldObject | Held<ObjectVersion, readonly [key: string, versionId: string]>
/** Is it the newest of its object? */
export const isNewest = (version: HeldVersion): version is HeldObject => version.path.length === 1

export type VersionNeeds = Needs<'objects' | 'objectVersions'>

/** Where versions are not kept there is one, of this name. */
export const noVersion = 'null'
const versionIdBytes = 24
const pageRows = 500

/** The name that the next version of an object in this bucket has. */
export const newVersionId = ({ ground: { random } }: Needs<'ground'>, { value }: HeldBucket): string =>
  value.versioning === 'enabled' ? Buffer.from(random.bytes(versionIdBytes)).toString('base64url') : noVersion

/** Stages a version, or a marker, as the newest of its object; what it takes the place of goes, or is kept. */
export async function placeVersion(
  context: VersionNeeds,
  call: Call,
  { bucket, version }: { readonly bucket: HeldBucket; readonly version: ObjectVersion },
): Promise<HeldObject> {
  const { compartment } = bucket.value
  const path = [version.key] as const
  const newest = await context.objects.get(call, compartment, path)
  if (newest === undefined) return context.objects.create(call, compartment, { path, value: version })
  if (newest.value.versionId !== version.versionId) await setAside(context, call, { newest, coming: version })
  else dropPieces(context, call, newest)
  return context.objects.update(call, newest, version)
}

/** The newest becomes one of the others. Of a name that comes again (`null`), what it was goes. */
async function setAside(
  context: VersionNeeds,
  call: Call,
  { newest, coming }: { readonly newest: HeldObject; readonly coming: ObjectVersion },
): Promise<void> {
  const { objectVersions } = context
  const { compartment, value } = newest
  if (coming.versionId === noVersion) {
    const before = await objectVersions.get(call, compartment, [value.key, noVersion])
    if (before !== undefined) {
      dropPieces(context, call, before)
      objectVersions.remove(call, before)
    }
  }
  objectVersions.create(call, compartment, { path: [value.key, value.versionId], value })
}

function dropPieces(context: VersionNeeds, call: Call, version: HeldVersion): void {
  dropShort(context, call, version)
  const stored = version.value.pieces.filter(piece => !isShort(piece))
  dropBytes(
    call,
    version.compartment,
    stored.map(({ id }) => id),
  )
}

/** One version of an object, the newest where none is named; `undefined` where there is none. */
export async function findVersion(
  { objects, objectVersions }: VersionNeeds,
  call: Call,
  { bucket, key, versionId }: { readonly bucket: HeldBucket; readonly key: string; readonly versionId: string | undefined },
): Promise<HeldVersion | undefined> {
  const { compartment } = bucket.value
  const newest = await objects.get(call, compartment, [key])
  if (versionId === undefined || newest?.value.versionId === versionId) return newest
  return objectVersions.get(call, compartment, [key, versionId])
}

/** The same for who reads it. Raises `ObjectNotFound`, `ObjectVersionNotFound`, `ObjectDeleted`. */
export async function versionToRead(
  context: VersionNeeds,
  call: Call,
  asked: { readonly bucket: HeldBucket; readonly key: string; readonly versionId: string | undefined },
): Promise<HeldVersion> {
  const { key, versionId } = asked
  const found = await findVersion(context, call, asked)
  if (found === undefined)
    throw versionId === undefined
      ? new Problem({ code: 'ObjectNotFound', details: { key } })
      : new Problem({ code: 'ObjectVersionNotFound', details: { key, versionId } })
  if (!found.value.marker) return found
  throw versionId === undefined
    ? new Problem({ code: 'ObjectNotFound', details: { key, marker: found.value.versionId } })
    : new Problem({ code: 'ObjectDeleted', details: { key, versionId } })
}

/** All that are not the newest, newest last, as this call would leave them. */
export async function earlierVersions(
  { objectVersions }: VersionNeeds,
  call: Call,
  { bucket, key }: { readonly bucket: HeldBucket; readonly key: string },
): Promise<readonly Held<ObjectVersion, readonly [key: string, versionId: string]>[]> {
  const all: Held<ObjectVersion, readonly [key: string, versionId: string]>[] = []
  for (let after = -1; ;) {
    const page = await objectVersions.list(call, bucket.value.compartment, { collection: [key], after, limit: pageRows })
    for (const held of page) if (!isRemoved(call, held)) all.push(held)
    const last = page.at(-1)
    if (last === undefined || page.length < pageRows) return all
    after = last.ord
  }
}

const isRemoved = (call: Call, { id }: HeldVersion): boolean => call.staged.has(id) && call.staged.get(id)?.held === undefined

/** Takes one version away for good; the newest of the others takes its place. Answers what was there. */
export async function removeVersion(
  context: VersionNeeds,
  call: Call,
  asked: { readonly bucket: HeldBucket; readonly key: string; readonly versionId: string },
): Promise<ObjectVersion | undefined> {
  const { objects, objectVersions } = context
  const { compartment } = asked.bucket.value
  const newest = await objects.get(call, compartment, [asked.key])
  if (newest === undefined) return undefined
  if (newest.value.versionId !== asked.versionId) {
    const other = await objectVersions.get(call, compartment, [asked.key, asked.versionId])
    if (other === undefined) return undefined
    dropPieces(context, call, other)
    objectVersions.remove(call, other)
    return other.value
  }
  dropPieces(context, call, newest)
  const successor = (await earlierVersions(context, call, asked)).at(-1)
  if (successor === undefined) objects.remove(call, newest)
  else {
    objectVersions.remove(call, successor)
    objects.update(call, newest, successor.value)
  }
  return newest.value
}
