import { sealed, type Sealed } from '#model/brands.ts'
import type { Commit, Write } from '#ports/record-store.ts'

/** Sealed bytes that a commit carries. */
export function sealedBytesOf({ writes, outbox }: Pick<Commit, 'writes' | 'outbox'>): number {
  let bytes = 0
  for (const write of writes) bytes += bytesOfWrite(write)
  for (const { body } of outbox) bytes += body.length
  return bytes
}

function bytesOfWrite(write: Write): number {
  if ('put' in write) return write.put.body.length
  if ('material' in write) return write.wrapped.bytes.length
  return 'compartmentKey' in write ? write.compartmentKey.wrapped.length + write.compartmentKey.indexKey.length : 0
}

/**
 * The commits of a message with all their bytes in one buffer that moves with it: one for each piece costs more than to copy them, and a view of
 * the pool would be cloned with the whole pool.
 */
export function packed(commits: readonly Commit[]): { readonly commits: readonly Commit[]; readonly moved: ArrayBuffer[] } {
  const length = commits.reduce((sum, commit) => sum + sealedBytesOf(commit), 0)
  if (length === 0) return { commits, moved: [] }
  const room = new Uint8Array(length)
  let filled = 0
  const pack = (bytes: Sealed): Sealed => {
    const from = filled
    room.set(bytes, from)
    filled += bytes.length
    return sealed(room.subarray(from, filled))
  }
  return { commits: commits.map(commit => repacked(commit, pack)), moved: [room.buffer] }
}

type Pack = (bytes: Sealed) => Sealed

function repacked(commit: Commit, pack: Pack): Commit {
  if (commit.writes.length === 0 && commit.outbox.length === 0) return commit
  return {
    ...commit,
    writes: commit.writes.map(write => repackedWrite(write, pack)),
    outbox: commit.outbox.map(effect => Object.assign({}, effect, { body: pack(effect.body) })),
  }
}

function repackedWrite(write: Write, pack: Pack): Write {
  if ('put' in write) return { ...write, put: { ...write.put, body: pack(write.put.body) } }
  if ('material' in write) return { ...write, wrapped: { ...write.wrapped, bytes: pack(write.wrapped.bytes) } }
  if (!('compartmentKey' in write)) return write
  const { wrapped, indexKey } = write.compartmentKey
  return { compartmentKey: { ...write.compartmentKey, wrapped: pack(wrapped), indexKey: pack(indexKey) } }
}
