/** What a wire that has no words of its own for a code falls back to. */
export type ProblemKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'method'
  | 'conflict'
  | 'precondition'
  | 'tooLarge'
  | 'mediaType'
  | 'misdirected'
  | 'throttled'
  | 'unavailable'

/** HTTP's status for a kind, where a wire has no other (RFC 9110 15). */
export const httpStatusOf: Readonly<Record<ProblemKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  method: 405,
  conflict: 409,
  precondition: 412,
  tooLarge: 413,
  mediaType: 415,
  misdirected: 421,
  throttled: 429,
  unavailable: 503,
}
