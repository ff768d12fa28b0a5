import { type RecordId } from '#model/brands.ts'
import type { Change } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { Due, DueTask, Reaction } from '#domain/jobs/task.ts'
import { keyRecord } from '#domain/keys/find-key.ts'
import { keyUse } from '#domain/keys/states.ts'
import type { HeldSet } from './disk-standing.ts'
import { keyStanding, referenceOf } from './key-standing.ts'
import { parseKeyUrl, withVersion } from './key-url.ts'
import { lookCall } from './look.ts'
import { hasDisks, moveToKey, rewrapJob, rewrapOf, withoutError } from './rewrap.ts'

/** What a set that follows its key has to do now. */
type Step =
  | { readonly go: 'move'; readonly keyUrl: string }
  /** A re-wrap had failed, and could go on. */
  | { readonly go: 'resume' }
  | { readonly go: 'forget-error' }
  | { readonly go: 'note-error'; readonly code: string; readonly message: string }

/** Sets that the scheduler watches: those that follow, and those whose re-wrap is not at its end. */
const concerns = ({ value }: HeldSet): boolean => value.rotationToLatestKeyVersionEnabled || value.previousKeys.length > 0

/** Looks alone: records and rulings, no key is used. */
async function nextStep(context: Context, call: Call, set: HeldSet): Promise<Step | undefined> {
  if (set.value.previousKeys.length > 0) return resumption(context, call, set)
  if (!set.value.rotationToLatestKeyVersionEnabled) return undefined
  const { keyUrl } = set.value.activeKey
  const newest = await newestUrl(context, call, keyUrl)
  if (newest === undefined) return undefined
  const standing = await keyStanding(context, call, { set: set.value, keyUrl: newest })
  if (newest === keyUrl) return standing.usable && set.value.autoKeyRotationError !== undefined ? { go: 'forget-error' } : undefined
  if (!standing.usable) return failure(set, { keyUrl: newest, because: standing.because })
  if (!(await hasDisks(context, call, set))) return { go: 'move', keyUrl: newest }
  const old = await keyStanding(context, call, { set: set.value, keyUrl })
  return old.usable ? { go: 'move', keyUrl: newest } : failure(set, { keyUrl, because: old.because })
}

/** Both ends of an interrupted re-wrap must be usable again; one that runs is left alone. */
async function resumption(context: Context, call: Call, set: HeldSet): Promise<Step | undefined> {
  if (rewrapOf(context, set) !== undefined) return undefined
  for (const { keyUrl } of [set.value.activeKey, ...set.value.previousKeys]) {
    if (!(await keyStanding(context, call, { set: set.value, keyUrl })).usable) return undefined
  }
  return { go: 'resume' }
}

/** The newest version that is in use; `undefined` where that is no newer one than the set's, or the key is gone. */
async function newestUrl(context: Context, call: Call, keyUrl: string): Promise<string | undefined> {
  const url = parseKeyUrl(keyUrl, context.instance.domain)
  const reference = await referenceOf(context, call, keyUrl)
  if (url === undefined || typeof reference === 'string') return undefined
  const key = await keyRecord(context, call, reference)
  if (key === undefined || key.value.deleted !== undefined) return undefined
  const { versions } = key.value
  const at = versions.findIndex(version => version.id === url.version)
  if (at < 0) return undefined
  const newer = versions.slice(at + 1).findLast(version => keyUse(version, call.at).state === 'usable')
  return newer === undefined ? keyUrl : withVersion(url, newer.id)
}

/** Once noted it is not tried again until it can go (disk-encryption.md A.1 `autoKeyRotationError`). */
function failure(set: HeldSet, why: { readonly keyUrl: string; readonly because: string }): Step | undefined {
  const message = `The key vault key '${why.keyUrl}' cannot be used to rotate the disk encryption set '${set.value.name}': ${why.because}.`
  if (set.value.autoKeyRotationError?.message === message) return undefined
  return { go: 'note-error', code: 'KeyVaultAccessForbidden', message }
}

async function take(context: Context, call: Call, { set, step }: { readonly set: HeldSet; readonly step: Step }): Promise<void> {
  const { diskEncryptionSets } = context
  call.details.set('step', step.go)
  if (step.go === 'note-error') {
    const { code, message } = step
    diskEncryptionSets.update(call, set, { ...set.value, autoKeyRotationError: { code, message } })
  } else if (step.go === 'forget-error') {
    diskEncryptionSets.update(call, set, withoutError(set.value))
  } else if (step.go === 'resume') {
    await rewrapJob(context, call, diskEncryptionSets.update(call, set, withoutError(set.value)))
  } else {
    call.details.set('keyUrl', step.keyUrl)
    const activeKey = { ...set.value.activeKey, keyUrl: step.keyUrl }
    const value = { ...withoutError(set.value), activeKey, lastKeyRotationAt: call.at }
    await moveToKey(context, call, { before: set, value, bound: await hasDisks(context, call, set) })
  }
}

/**
 * A set with `rotationToLatestKeyVersionEnabled` goes where its key's newest version is, in the moment of the rotation: the feed says which
 * records changed, and the index which sets hang on them. Whatever nobody was told of (a restart, a version whose time has come) the sweep finds.
 */
export function followKeys(context: Context): Reaction {
  const watched = watchSets(context)
  const task: DueTask = {
    family: 'diskEncryptionSets',
    operation: 'DiskEncryptionSetFollow',
    async run(_context, call, { compartment, path: [armId] }) {
      const set = await context.diskEncryptionSets.get(call, compartment, [armId ?? ''])
      if (set === undefined || !concerns(set)) return false
      call.resource = set.value.id
      context.access.permit(call, 'diskSet.follow', { on: set.value.scope })
      const step = await nextStep(context, call, set)
      watched.remember(set, call.reads)
      if (step !== undefined) await take(context, call, { set, step })
      return step !== undefined
    },
  }
  return {
    task,
    affected: news => watched.affected(news),
    async sweep() {
      const due: Due[] = []
      for (const set of watched.all()) {
        const call = lookCall(context)
        if ((await nextStep(context, call, set)) !== undefined) due.push(dueOf(set))
        watched.remember(set, call.reads)
      }
      return due
    },
  }
}

interface WatchedSets {
  all(): readonly HeldSet[]
  /** What the last look at a set stood on. */
  remember(set: HeldSet, reads: ReadonlySet<RecordId>): void
  affected(news: readonly Change[]): readonly Due[]
}

const dueOf = ({ compartment, path }: HeldSet): Due => ({ compartment, path })

function watchSets({ diskEncryptionSets }: Context): WatchedSets {
  const sets = new Map<RecordId, HeldSet>()
  const hanging = new Map<RecordId, ReadonlySet<RecordId>>()
  const note = (held: HeldSet): void => {
    if (concerns(held)) sets.set(held.id, held)
  }
  for (const held of diskEncryptionSets.peek()) note(held)
  diskEncryptionSets.observe((before, after) => {
    if (before !== undefined) {
      sets.delete(before.id)
      hanging.delete(before.id)
    }
    if (after !== undefined) note(after)
  })
  return {
    all: () => [...sets.values()],
    remember: (set, reads) => void hanging.set(set.id, new Set(reads)),
    affected(news) {
      const ids = new Set(news.map(change => change.id))
      const ruled = news.some(change => change.ruling)
      const due: Due[] = []
      for (const set of sets.values()) {
        const reads = hanging.get(set.id)
        const troubled = ruled && (set.value.autoKeyRotationError !== undefined || set.value.previousKeys.length > 0)
        if (reads === undefined || troubled || !reads.isDisjointFrom(ids)) due.push(dueOf(set))
      }
      return due
    },
  }
}
