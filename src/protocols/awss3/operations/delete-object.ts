import { deleteObject } from '#domain/objects/delete-object.ts'
import { empty } from '#protocols/http/answer.ts'
import { writeConditions } from '#protocols/awss3/conditions.ts'
import { bucketAsExpected } from '#protocols/awss3/expected-owner.ts'
import { versionAsked } from '#protocols/awss3/find-object.ts'
import { objectFound } from '#protocols/awss3/owned.ts'
import { notImplemented } from '#protocols/awss3/refusals.ts'
import { askedOf, noBody, s3Operation } from '#protocols/awss3/site.ts'
import type { WireRequest } from '#protocols/http/request.ts'

export const deleteObjectOperation = s3Operation({
  name: 'DeleteObject',
  method: 'DELETE',
  path: '/{bucket}/{key}',
  asks: ['object.delete', 'object.deleteVersion'],
  trail: { readOnly: false, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { params, request } = input
    const bucket = await bucketAsExpected(context, call, { name: params.bucket, request })
    refuseUnknownConditions(request)
    const versionId = versionAsked(request.query)
    const found = objectFound(askedOf(call, input), bucket, { key: params.key })
    const permit = versionId === undefined ? input.permit('object.delete', found) : input.permit('object.deleteVersion', found)
    const conditions = request.header('if-match') === undefined ? {} : { conditions: writeConditions(request) }
    const deletion = await deleteObject(context, call, { permit, bucket, key: params.key, versionId, ...conditions })
    return empty(204, {
      ...(deletion.versionId !== undefined && { 'x-amz-version-id': deletion.versionId }),
      ...(deletion.marker && { 'x-amz-delete-marker': 'true' }),
    })
  },
})

/** Of directory buckets alone (API Reference, "DeleteObject"): a condition that is not looked at would delete what its caller means to keep. */
function refuseUnknownConditions(request: WireRequest): void {
  if (['x-amz-if-match-size', 'x-amz-if-match-last-modified-time'].some(name => request.header(name) !== undefined)) throw notImplemented()
}
