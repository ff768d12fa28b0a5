import type { WireRequest } from '#protocols/http/request.ts'

/** Whoever signs nothing is nobody. */
export const isSigned = (request: WireRequest): boolean =>
  request.header('authorization') !== undefined || request.query.has('x-amz-signature') || request.query.has('x-amz-algorithm')
