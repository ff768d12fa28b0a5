import { forgetTask } from '#domain/authority/forget-task.ts'
import { startWritingKeyUses } from '#domain/account-keys/key-last-use.ts'
import { accountKeyTasks } from '#domain/account-keys/tasks.ts'
import { startWritingUses } from '#domain/accounts/credential-uses.ts'
import { certificateTasks } from '#domain/certificates/tasks.ts'
import { contactMails } from '#domain/certificates/contact-mail.ts'
import { startSummaries } from '#domain/audit/summaries.ts'
import { purgeDeletedTask } from '#domain/deleted-objects/purge.ts'
import { expireAccess } from '#domain/disks/access-grant.ts'
import { diskRemovedTopic } from '#domain/disks/delete-disk.ts'
import { followKeys } from '#domain/disks/follow-key.ts'
import { rewrapRunner } from '#domain/disks/rewrap.ts'
import type { Context } from '#domain/context.ts'
import { vaultEvents } from '#domain/events/carry-events.ts'
import { giveUpDeliveries, startDelivering } from '#domain/events/deliver.ts'
import { subscribers } from '#domain/events/subscribers.ts'
import { sweepMembershipsRunner } from '#domain/groups/sweep-memberships.ts'
import { signingKeyTask } from '#domain/identity/signing-key-task.ts'
import { expireJobs } from '#domain/jobs/expire-jobs.ts'
import { startOutbox } from '#domain/jobs/outbox.ts'
import { startScheduler, type Scheduler } from '#domain/jobs/scheduler.ts'
import { keyTasks } from '#domain/keys/tasks.ts'
import { bytesRemovedTopic, removeDropped } from '#domain/objects/bytes-removed.ts'
import { expireByLifecycle } from '#domain/objects/expire-by-lifecycle.ts'
import { reapBytes } from '#domain/objects/reap-bytes.ts'
import { deleteGroupRunner } from '#domain/resources/delete-group.ts'
import { expireSignIns } from '#domain/sign-in/expire.ts'
import { trailBuckets } from '#domain/trails/buckets.ts'
import { startCarrying } from '#domain/trails/carry.ts'
import { cloudTrailFiles } from '#protocols/aws/cloud-trail-files.ts'
import { copyBytesRunner } from '#domain/volumes/copy-bytes.ts'
import { reapVolumeBytes } from '#domain/volumes/reap-bytes.ts'
import { vaultTasks } from '#domain/resources/delete-vault.ts'
import { rotateCompartmentRunner } from '#domain/seal/rotate-compartment.ts'
import { secretTasks } from '#domain/secrets/tasks.ts'
import type { Post } from '#ports/post.ts'
import type { DiskPlane } from './disk-plane.ts'

const intervalMs = 1_000

/** All that the instance does by itself. Without a post, what is to be posted stays in the outbox. */
export function startSchedules(context: Context, outside: { readonly disks: DiskPlane; readonly post: Post | undefined }): Scheduler {
  const { disks, post } = outside
  const scheduler = startScheduler(context, {
    tasks: [
      ...keyTasks,
      ...accountKeyTasks,
      ...secretTasks,
      ...certificateTasks,
      giveUpDeliveries,
      forgetTask,
      ...vaultTasks,
      signingKeyTask,
      purgeDeletedTask,
      expireAccess,
      expireJobs,
      ...expireSignIns,
    ],
    runners: [deleteGroupRunner, rewrapRunner, sweepMembershipsRunner, rotateCompartmentRunner, copyBytesRunner],
    reactions: [followKeys(context), reapBytes(context), reapVolumeBytes(context), expireByLifecycle(context)],
    intervalMs,
  })
  const delivering = startDelivering(context)
  const outbox = startOutbox(context, {
    consumers: [
      { topic: diskRemovedTopic, handle: async body => disks.remove(Buffer.from(body).toString('utf8')) },
      { topic: bytesRemovedTopic, handle: async body => removeDropped(context.objectStore, body) },
      ...(post === undefined ? [] : [contactMails(context, post)]),
      vaultEvents(context, subscribers(context, delivering)),
    ],
    intervalMs,
  })
  const all = [
    scheduler,
    outbox,
    delivering,
    startSummaries(context),
    startCarrying(context, { form: cloudTrailFiles, buckets: trailBuckets(context, 'cloudtrail.amazonaws.com') }),
    startWritingUses(context),
    startWritingKeyUses(context),
  ]
  return {
    async stop() {
      await Promise.all(all.map(async one => one.stop()))
    },
  }
}
