import type { Own } from '#protocols/aws/service.ts'

/** By which a request is found again. */
export const requestIds = (requestId: string): { readonly 'x-amz-request-id': string; readonly 'x-amz-id-2': string } => ({
  'x-amz-request-id': requestId.replaceAll('-', '').slice(0, 16).toUpperCase(),
  'x-amz-id-2': Buffer.from(requestId).toString('base64'),
})

/** Of every answer. */
export const s3Headers: Own['headers'] = (_context, { requestId }) => ({
  ...requestIds(requestId),
  'x-content-type-options': 'nosniff',
  server: 'AmazonS3',
})

/** ETags are quoted on the wire. */
export const quoted = (etag: string): string => `"${etag}"`
