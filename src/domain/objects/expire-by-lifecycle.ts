import type { Needs } from '#domain/context.ts'
import { lookCall } from '#domain/disks/look.ts'
import type { Due, DueTask, Reaction } from '#domain/jobs/task.ts'
import { kinds } from '#domain/records/kinds.ts'
import type { HeldBucket } from './find-bucket.ts'
import { namesAtOnce, rulesInForce } from './lifecycle.ts'
import { bucketArn, bucketScope } from './scopes.ts'

/** Some objects of a bucket, from a name on; its uploads where there is none. `more` is called where some of them are left. */
const expireTask = (more: () => void): DueTask => ({
  family: 'buckets',
  operation: 'LifecycleExpire',
  async run(context, call, { compartment, path: [name = '', from] }) {
    const bucket = await context.buckets.get(call, compartment, [name])
    if (bucket === undefined || !context.ground.barrier.has(bucket.value.compartment)) return false
    call.resource = bucketArn(name)
    const permit = context.access.permit(call, 'bucket.expire', { on: bucketScope(name) })
    // Few instances have such buckets: loaded for the first of them.
    const { expireObjects, expireUploads } = await import('./expire-objects.ts')
    if (from !== undefined) return expireObjects(context, call, { permit, bucket, from })
    const uploads = await expireUploads(context, call, { permit, bucket })
    if (uploads.more) more()
    return uploads.aborted > 0
  },
})

const sweptMs = 60 * 60_000
/** After a change of a bucket: sooner, but not at each of many. */
const againMs = 60_000

/** Goes through the buckets that have rules: at start, now and then, and when a bucket has changed. Under the scheduler's lease. */
export function expireByLifecycle(context: Needs<'buckets' | 'instance' | 'ground' | 'objectNames'>): Reaction {
  const { buckets, instance, ground } = context
  let last = Number.NEGATIVE_INFINITY
  let changed = false
  return {
    task: expireTask(() => void (changed = true)),
    affected(news) {
      changed ||= news.some(({ kind }) => kind === kinds.buckets)
      return []
    },
    async sweep() {
      const now = ground.clock.monotonic()
      if (now < last + (changed ? againMs : sweptMs)) return []
      last = now
      changed = false
      const ruled = buckets.all(lookCall(context), instance.installation, ({ value }) => rulesInForce(value).length > 0)
      const open = ruled.filter(({ value }) => ground.barrier.has(value.compartment))
      return (await Promise.all(open.map(async bucket => duesOf(context, bucket)))).flat()
    },
  }
}

async function duesOf({ objectNames, instance }: Needs<'objectNames' | 'instance'>, { value }: HeldBucket): Promise<readonly Due[]> {
  const compartment = instance.installation
  const names = await objectNames.of(value.compartment)
  const firsts = names.filter((_, at) => at % namesAtOnce === 0)
  return [{ compartment, path: [value.name] }, ...firsts.map(from => ({ compartment, path: [value.name, from] }))]
}
