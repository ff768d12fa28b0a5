/** SQLite's primary result codes (sqlite.org/rescode.html). */
const fullCode = 13
/** I/O error, damaged file, not a database, cannot open: the store has failed for good. */
const fatalCodes: ReadonlySet<number> = new Set([10, 11, 26, 14])

/** The store can no longer be trusted: after a failed fsync the kernel may have dropped pages that SQLite believes written. The process must end. */
export class StoreFailed extends Error {
  override readonly name = 'StoreFailed'
}

/** The disk is full: what was to be written was not. */
export class StoreFull extends Error {
  override readonly name = 'StoreFull'
}

/** Tells a full disk and a failed store from a bug. */
export function storeError(cause: unknown): Error {
  const code = primaryCode(cause)
  if (code === fullCode) return new StoreFull('the disk is full', { cause })
  if (code !== undefined && fatalCodes.has(code)) return new StoreFailed(`the store has failed: ${textOf(cause)}`, { cause })
  return cause instanceof Error ? cause : new Error('the store threw no Error', { cause })
}

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'unknown')

function primaryCode(cause: unknown): number | undefined {
  if (!(cause instanceof Error) || !('errcode' in cause) || typeof cause.errcode !== 'number') return undefined
  return cause.errcode & 0xff
}
