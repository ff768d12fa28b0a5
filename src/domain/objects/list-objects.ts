import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { collectionId } from '#domain/records/records.ts'
import type { HeldBucket } from './find-bucket.ts'
import { compareNames, firstFrom, type SortedNames } from './names.ts'
import type { ObjectVersion } from './records.ts'
import { bucketScope } from './scopes.ts'
import { earlierVersions, type VersionNeeds } from './versions.ts'

export interface ListedAs {
  readonly prefix: string
  /** Names that have it after the prefix count as one. Empty: none do. */
  readonly delimiter: string
  readonly max: number
}

export interface ListObjects extends ListedAs {
  readonly permit: Permit<'bucket.listObjects'>
  readonly bucket: HeldBucket
  /** Names up to this one are passed over, and what counts as one with it too. */
  readonly after: string
}

export interface Listing<T> {
  readonly entries: readonly T[]
  /** What several names have in common, in order. */
  readonly prefixes: readonly string[]
  /** The last that was listed, name or prefix, where more follows. */
  readonly next: string | undefined
}

export type ListNeeds = VersionNeeds & Needs<'objectNames' | 'ground'>

/** Objects that are there, not those that a marker says are deleted. */
export async function listObjects(context: ListNeeds, call: Call, request: ListObjects): Promise<Listing<ObjectVersion>> {
  assertPermits(request.permit, bucketScope(request.bucket.value.name))
  const { compartment } = request.bucket.value
  const names = await namesNow(context, call, request.bucket)
  return listed(names, request, async name => {
    const held = await context.objects.get(call, compartment, [name])
    return held === undefined || held.value.marker ? [] : [held.value]
  })
}

/** The directory, and what its answer rests on: whoever comes or goes meanwhile makes the call run again. */
async function namesNow({ objectNames, ground }: ListNeeds, call: Call, { value: { compartment } }: HeldBucket): Promise<SortedNames> {
  call.reads.add(collectionId(ground.barrier, { compartment, family: 'objects', collection: [] }))
  return objectNames.of(compartment)
}

interface Walk {
  readonly prefix: string
  readonly delimiter: string
  readonly max: number
  readonly after: string
}

/** What is listed of the names: each that has something to it, once for all that have a part in common. */
interface Step {
  readonly name: string
  /** Stands for it and for all that begin so. */
  readonly common: string | undefined
}

/** The names from a place on, each group once. A group of which nothing was found is asked again by its next name. */
function* steps(names: SortedNames, walk: Walk, isListed: (common: string) => boolean): Generator<Step> {
  for (let at = startOf(names, walk); at < names.length;) {
    const name = names[at] ?? ''
    if (!name.startsWith(walk.prefix)) return
    const common = commonOf(name, walk)
    if (common !== undefined && isListed(common)) {
      at = endOf(names, common)
      continue
    }
    yield { name, common }
    at += 1
  }
}

/** Walks the names from a place on; `find` says what of a name is to be listed. */
async function listed<T>(names: SortedNames, walk: Walk, find: (name: string) => Promise<readonly T[]>): Promise<Listing<T>> {
  const [entries, prefixes]: [T[], string[]] = [[], []]
  let last: string | undefined
  for (const { name, common } of steps(names, walk, one => one === prefixes.at(-1))) {
    const found = await find(name)
    if (found.length === 0) continue
    if (prefixes.length + entries.length >= walk.max) return { entries, prefixes, next: last }
    last = common ?? name
    if (common === undefined) entries.push(...found)
    else prefixes.push(common)
  }
  return { entries, prefixes, next: undefined }
}

function startOf(names: SortedNames, { prefix, delimiter, after }: Walk): number {
  if (after === '' || compareNames(after, prefix) < 0) return firstFrom(names, prefix)
  // A prefix that was listed stands for all that begin with it.
  if (commonOf(after, { prefix, delimiter }) === after) return endOf(names, after)
  const from = firstFrom(names, after)
  return names[from] === after ? from + 1 : from
}

function commonOf(name: string, { prefix, delimiter }: Pick<Walk, 'prefix' | 'delimiter'>): string | undefined {
  if (delimiter === '' || !name.startsWith(prefix)) return undefined
  const found = name.indexOf(delimiter, prefix.length)
  return found < 0 ? undefined : name.slice(0, found + delimiter.length)
}

/** The index after all that begin with it. */
function endOf(names: SortedNames, common: string): number {
  let [low, high] = [firstFrom(names, common), names.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((names[middle] ?? '').startsWith(common)) low = middle + 1
    else high = middle
  }
  return low
}

export interface ListVersions extends ListedAs {
  readonly permit: Permit<'bucket.listVersions'>
  readonly bucket: HeldBucket
  readonly afterKey: string
  /** Of `afterKey`: its versions up to this one are passed over. */
  readonly afterVersion: string | undefined
}

export interface ListedVersion {
  readonly version: ObjectVersion
  readonly newest: boolean
}

export interface VersionListing extends Omit<Listing<ListedVersion>, 'next'> {
  readonly next: { readonly key: string; readonly versionId: string | undefined } | undefined
}

/** All versions and markers, of each object the newest first. */
export async function listVersions(context: ListNeeds, call: Call, request: ListVersions): Promise<VersionListing> {
  const { bucket, permit, max, afterKey, afterVersion } = request
  assertPermits(permit, bucketScope(bucket.value.name))
  const names = await namesNow(context, call, bucket)
  const begun = afterVersion === undefined ? [] : (await versionsOf(context, call, { bucket, key: afterKey })).slice()
  const rest = begun.slice(begun.findIndex(({ version }) => version.versionId === afterVersion) + 1)
  // One more name than fits cannot be wanted, and of a name all versions come: what is over is cut off again.
  const listing = await listed(names, { ...request, after: afterKey, max: max + 1 }, async key =>
    versionsOf(context, call, { bucket, key }),
  )
  return cut({ entries: [...rest, ...listing.entries], prefixes: listing.prefixes, more: listing.next !== undefined }, max)
}

async function versionsOf(
  context: ListNeeds,
  call: Call,
  at: { readonly bucket: HeldBucket; readonly key: string },
): Promise<readonly ListedVersion[]> {
  const newest = await context.objects.get(call, at.bucket.value.compartment, [at.key])
  if (newest === undefined) return []
  const earlier = (await earlierVersions(context, call, at)).map(({ value }) => ({ version: value, newest: false })).toReversed()
  return [{ version: newest.value, newest: true }, ...earlier]
}

/** The first so many of entries and prefixes together, in the order of their names. */
function cut(
  { entries, prefixes, more }: { readonly entries: readonly ListedVersion[]; readonly prefixes: readonly string[]; readonly more: boolean },
  max: number,
): VersionListing {
  if (entries.length + prefixes.length <= max && !more) return { entries, prefixes, next: undefined }
  const [kept, common]: [ListedVersion[], string[]] = [[], []]
  while (kept.length + common.length < max) {
    const [entry, prefix] = [entries[kept.length], prefixes[common.length]]
    if (entry !== undefined && (prefix === undefined || compareNames(entry.version.key, prefix) < 0)) kept.push(entry)
    else if (prefix !== undefined) common.push(prefix)
    else break
  }
  return { entries: kept, prefixes: common, next: max === 0 ? undefined : markerOf(kept.at(-1), common.at(-1)) }
}

function markerOf(entry: ListedVersion | undefined, prefix: string | undefined): VersionListing['next'] {
  if (entry !== undefined && (prefix === undefined || compareNames(entry.version.key, prefix) > 0))
    return { key: entry.version.key, versionId: entry.version.versionId }
  return prefix === undefined ? undefined : { key: prefix, versionId: undefined }
}
