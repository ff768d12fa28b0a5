import { createHash } from 'node:crypto'
import type { Principal } from '#model/principal.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Clock } from '#ports/clock.ts'

/** A data key that a bucket keeps in memory for a while, for one requester and one key. */
export interface BucketKey {
  readonly wrapped: string
  readonly keyArn: string
  readonly plaintext: SecretBytes
}

/** Saves the key its mathematics, and nothing else: whoever comes is judged, and the key's state looked at, each time anew. */
export interface BucketKeys {
  /** A copy that the call zeroes. */
  get(call: Call, name: BucketKeyName): BucketKey | undefined
  /** Keeps a copy. */
  keep(name: BucketKeyName, key: BucketKey): void
}

export interface BucketKeyName {
  readonly who: Principal
  readonly bucket: string
  /** What the caller named, to make one; its ciphertext, to open one. */
  readonly of: string
  readonly context: Readonly<Record<string, string>>
}

const keptMs = 5 * 60_000
const keptMax = 1_000

/** Another role, session or set of policies is another requester (S3 User Guide, "Reducing the cost of SSE-KMS with S3 Bucket Keys"). */
function textOf({ who, bucket, of, context }: BucketKeyName): string {
  const { acting } = who
  const requester = [who.id, acting?.arn, acting?.accountId, acting?.sessionPolicies]
  return createHash('sha256')
    .update(JSON.stringify([requester, bucket, of, Object.entries(context)]))
    .digest('hex')
}

interface Kept extends BucketKey {
  readonly until: number
}

export function createBucketKeys(clock: Clock): BucketKeys {
  const kept = new Map<string, Kept>()
  const drop = (name: string): void => {
    kept.get(name)?.plaintext[Symbol.dispose]()
    kept.delete(name)
  }
  return {
    get(call, name) {
      const text = textOf(name)
      const found = kept.get(text)
      if (found === undefined) return undefined
      if (found.until <= clock.monotonic()) {
        drop(text)
        return undefined
      }
      const plaintext = copyOf(found.plaintext)
      call.defer(plaintext)
      return { wrapped: found.wrapped, keyArn: found.keyArn, plaintext }
    },
    keep(name, key) {
      const text = textOf(name)
      drop(text)
      kept.set(text, { ...key, plaintext: copyOf(key.plaintext), until: clock.monotonic() + keptMs })
      for (const oldest of kept.keys()) {
        if (kept.size <= keptMax) return
        drop(oldest)
      }
    },
  }
}

const copyOf = (secret: SecretBytes): SecretBytes => new SecretBytes(Uint8Array.from(secret.bytes))
