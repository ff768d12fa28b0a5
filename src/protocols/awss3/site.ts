import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { HeldBucket } from '#domain/objects/find-bucket.ts'
import type { ObjectVersion } from '#domain/objects/records.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Permit } from '#domain/access/permit.ts'
import { bucketArn, objectArn } from '#domain/objects/scopes.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import type { TrailKind } from '#protocols/aws/trail.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { Body, BodyOf, Input, Operation } from '#protocols/http/operation.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { bucketAsExpected } from './expected-owner.ts'
import { bucketFound, objectFound, type Asked } from './owned.ts'
import { refuseOtherDigests, refuseOtherHash } from './payload.ts'
import { malformed } from './refusals.ts'
import { readXml, type Element } from './xml-read.ts'

const place = z.object({ bucket: z.string(), key: z.string() })
const anyQuery = z.object({})
const xmlBytesMax = 2 * 1024 * 1024

export type S3Input<B extends Body> = Input<AwsSite, z.output<typeof place>, unknown, BodyOf<B>>
export type S3Operation<B extends Body = Body> = Operation<Context, AwsSite, typeof place, typeof anyQuery, B> & {
  readonly trail: TrailKind
}

interface Declared<B extends Body> {
  readonly name: string
  readonly method: Operation<Context, AwsSite>['method']
  /** `/{bucket}?acl`: for readers; the wire picks operations by its own table (paths.ts). */
  readonly path: string
  /** Asked for when the bucket, or the object, has been found. */
  readonly asks: readonly Permission[]
  readonly trail: TrailKind
  readonly body: B
  handle(context: Context, call: Call, input: S3Input<B>): Promise<Answer>
}

export const s3Operation = <B extends Body>({ asks, ...declared }: Declared<B>): S3Operation<B> => ({
  ...declared,
  async handle(context, call, input) {
    const { bucket, key } = input.params
    if (call.trail !== undefined && bucket !== '') call.trail.parameters = { bucketName: bucket, ...(key !== '' && { key }) }
    return declared.handle(context, call, input)
  },
  permissions: 'authenticated',
  linked: asks,
  unversioned: true,
  params: place,
  query: anyQuery,
  resource: ({ params: { bucket, key } }) => (bucket === '' ? '*' : key === '' ? bucketArn(bucket) : objectArn({ bucket, key })),
})

interface XmlBody {
  readonly maximumBytes: number
  readonly read: (request: WireRequest, bytes: Uint8Array) => Element | undefined
}

/** A document with this root, held to the hash that was signed and to its digests. `digests`: checksums in the head may be of something else. */
export const xmlBody = (root: string, digests: Parameters<typeof refuseOtherDigests>[2] = 'all'): XmlBody => ({
  maximumBytes: xmlBytesMax,
  read(request, bytes) {
    refuseOtherHash(request, bytes)
    refuseOtherDigests(request, bytes, digests)
    if (bytes.length === 0) return undefined
    const body = readXml(bytes)
    if (body.name !== root) throw malformed()
    return body
  },
})
/** Any bytes, held to the same. */
export const textBody = {
  maximumBytes: xmlBytesMax,
  read(request: WireRequest, bytes: Uint8Array): Uint8Array {
    refuseOtherHash(request, bytes)
    refuseOtherDigests(request, bytes)
    return bytes
  },
} as const
export const noBody = { none: true } as const
export const streamBody = { stream: true } as const

type Handled = Pick<S3Input<Body>, 'site' | 'params' | 'permit' | 'request'>

export const askedOf = (call: Call, { site, request }: Handled): Asked => ({ call, site, request })

export interface InBucket<P extends Permission> {
  readonly bucket: HeldBucket
  readonly permit: Permit<P>
}

/** The bucket that is named, and the right to it. Raises `BucketNotFound`, `AccessDenied`. */
export async function bucketFor<P extends Permission>(
  context: Context,
  call: Call,
  { input, permission }: { readonly input: Handled; readonly permission: P },
): Promise<InBucket<P>> {
  const bucket = await bucketAsExpected(context, call, { name: input.params.bucket, request: input.request })
  return { bucket, permit: input.permit(permission, bucketFound(askedOf(call, input), bucket)) }
}

/** The same for an object in it, there or not. `tags`: that it gets, where that is not what the header says. */
export async function objectFor<P extends Permission>(
  context: Context,
  call: Call,
  { input, permission, tags }: { readonly input: Handled; readonly permission: P; readonly tags?: ObjectVersion['tags'] },
): Promise<InBucket<P>> {
  const bucket = await bucketAsExpected(context, call, { name: input.params.bucket, request: input.request })
  const asked = { ...askedOf(call, input), ...(tags !== undefined && { tags }) }
  return { bucket, permit: input.permit(permission, objectFound(asked, bucket, { key: input.params.key })) }
}

/** Whoever writes an object with tags needs the right to give it tags besides: policies let people in by them (API Reference, "PutObject"). */
export function permitTags(
  call: Call,
  input: Handled,
  { bucket, tags }: { readonly bucket: HeldBucket; readonly tags: ObjectVersion['tags'] },
): void {
  if (tags.length > 0) input.permit('object.writeTags', objectFound({ ...askedOf(call, input), tags }, bucket, { key: input.params.key }))
}
