import type { WireRequest } from '#protocols/http/request.ts'
import { invalidRequest } from './refusals.ts'

/** Whoever signs nothing is nobody. */
export const isSigned = (request: WireRequest): boolean =>
  request.header('authorization') !== undefined || request.query.has('x-amz-signature') || request.query.has('x-amz-algorithm')

/** Signatures of the version before, in the header or the query: newer Regions take none, and who shows one is not nobody. Raises `StorageRefused`. */
export function refuseOldSignature(request: WireRequest): void {
  if (request.header('authorization')?.startsWith('AWS ') === true || request.query.has('awsaccesskeyid'))
    throw invalidRequest('The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.')
}
