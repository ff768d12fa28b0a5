import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { Bucket } from './records.ts'

export type HeldBucket = Held<Bucket, readonly [name: string]>

/** Whoever asks: that a bucket is there is no secret. Raises `BucketNotFound`. */
export async function bucketNamed({ buckets, instance }: Needs<'buckets' | 'instance'>, call: Call, name: string): Promise<HeldBucket> {
  const held = await buckets.get(call, instance.installation, [name])
  if (held === undefined) throw new Problem({ code: 'BucketNotFound', details: { name } })
  return held
}
