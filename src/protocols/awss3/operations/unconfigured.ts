// Settings of buckets and objects that are not here: each says that it is not configured, in the service's own words for it, to who may read it.
import { Problem } from '#model/problem.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { empty } from '#protocols/http/answer.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { objectToRead, versionAsked } from '#protocols/awss3/find-object.ts'
import { askedOf, bucketFor, noBody, s3Operation } from '#protocols/awss3/site.ts'

/** `what` is absent: refused by that name. */
const without = (name: string, at: { readonly sub: string; readonly permission: Permission; readonly what: string }) =>
  s3Operation({
    name,
    method: 'GET',
    path: `/{bucket}?${at.sub}`,
    asks: [at.permission],
    trail: { readOnly: true },
    body: noBody,
    async handle(context, call, input) {
      const { bucket } = await bucketFor(context, call, { input, permission: at.permission })
      throw new Problem({ code: 'NotConfigured', details: { what: at.what, name: bucket.value.name } })
    },
  })

/** Of some, an empty document says so. */
const nothingIn = (
  name: string,
  at: {
    readonly sub: string
    readonly permission: Permission
    readonly root: string
    readonly members?: Readonly<Record<string, string | boolean>>
  },
) =>
  s3Operation({
    name,
    method: 'GET',
    path: `/{bucket}?${at.sub}`,
    asks: [at.permission],
    trail: { readOnly: true },
    body: noBody,
    async handle(context, call, input) {
      await bucketFor(context, call, { input, permission: at.permission })
      return xmlAnswer(at.root, at.members ?? {})
    },
  })

/** What nobody has is taken away all the same: clients do so before they remove a bucket. */
const nothingToDelete = (name: string, at: { readonly sub: string; readonly permission: Permission }) =>
  s3Operation({
    name,
    method: 'DELETE',
    path: `/{bucket}?${at.sub}`,
    asks: [at.permission],
    trail: { readOnly: false },
    body: noBody,
    async handle(context, call, input) {
      await bucketFor(context, call, { input, permission: at.permission })
      return empty(204)
    },
  })

const withoutLock = (name: string, at: { readonly sub: string; readonly permission: Permission }) =>
  s3Operation({
    name,
    method: 'GET',
    path: `/{bucket}/{key}?${at.sub}`,
    asks: [at.permission, 'bucket.listObjects'],
    trail: { readOnly: true, data: true },
    body: noBody,
    async handle(context, call, input) {
      const { params, permit, request } = input
      await objectToRead(context, call, {
        ...params,
        versionId: versionAsked(request.query),
        permissions: [at.permission, at.permission],
        permit,
        asked: askedOf(call, input),
      })
      throw new Problem({ code: 'NotConfigured', details: { what: 'objectRetention', name: params.bucket } })
    },
  })

const list = { members: { IsTruncated: false } }

export const unconfiguredOperations = [
  without('GetBucketCors', { sub: 'cors', permission: 'bucket.readCors', what: 'cors' }),
  without('GetBucketWebsite', { sub: 'website', permission: 'bucket.readWebsite', what: 'website' }),
  without('GetBucketReplication', { sub: 'replication', permission: 'bucket.readReplication', what: 'replication' }),
  nothingToDelete('DeleteBucketCors', { sub: 'cors', permission: 'bucket.writeCors' }),
  nothingToDelete('DeleteBucketWebsite', { sub: 'website', permission: 'bucket.deleteWebsite' }),
  nothingToDelete('DeleteBucketReplication', { sub: 'replication', permission: 'bucket.writeReplication' }),
  without('GetObjectLockConfiguration', { sub: 'object-lock', permission: 'bucket.readObjectLock', what: 'objectLock' }),
  nothingIn('GetBucketLogging', { sub: 'logging', permission: 'bucket.readLogging', root: 'BucketLoggingStatus' }),
  nothingIn('GetBucketNotificationConfiguration', {
    sub: 'notification',
    permission: 'bucket.readNotification',
    root: 'NotificationConfiguration',
  }),
  nothingIn('GetBucketAccelerateConfiguration', {
    sub: 'accelerate',
    permission: 'bucket.readAcceleration',
    root: 'AccelerateConfiguration',
  }),
  nothingIn('GetBucketRequestPayment', {
    sub: 'requestPayment',
    permission: 'bucket.readRequestPayment',
    root: 'RequestPaymentConfiguration',
    members: { Payer: 'BucketOwner' },
  }),
  nothingIn('ListBucketAnalyticsConfigurations', {
    sub: 'analytics',
    permission: 'bucket.readAnalytics',
    root: 'ListBucketAnalyticsConfigurationsResult',
    ...list,
  }),
  nothingIn('ListBucketInventoryConfigurations', {
    sub: 'inventory',
    permission: 'bucket.readInventory',
    root: 'ListInventoryConfigurationsResult',
    ...list,
  }),
  nothingIn('ListBucketMetricsConfigurations', {
    sub: 'metrics',
    permission: 'bucket.readMetrics',
    root: 'ListMetricsConfigurationsResult',
    ...list,
  }),
  nothingIn('ListBucketIntelligentTieringConfigurations', {
    sub: 'intelligent-tiering',
    permission: 'bucket.readTiering',
    root: 'ListBucketIntelligentTieringConfigurationsResult',
    ...list,
  }),
  withoutLock('GetObjectRetention', { sub: 'retention', permission: 'object.readRetention' }),
  withoutLock('GetObjectLegalHold', { sub: 'legal-hold', permission: 'object.readHold' }),
] as const
