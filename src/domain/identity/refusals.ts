import { Problem } from '#model/problem.ts'

interface RefusalRow {
  readonly status: number
  /** RFC 6749 5.2, and Entra's own beside them. */
  readonly error: string
  /** AADSTS number (identity-and-arm.md 1.7). */
  readonly code: number
}

const refusals = {
  parameterMissing: { status: 400, error: 'invalid_request', code: 900144 },
  malformed: { status: 400, error: 'invalid_request', code: 9002313 },
  noTenantNamed: { status: 400, error: 'invalid_request', code: 50059 },
  unknownInstance: { status: 400, error: 'invalid_instance', code: 50049 },
  unsupportedGrant: { status: 400, error: 'unsupported_grant_type', code: 70003 },
  unsupportedResponse: { status: 400, error: 'unsupported_response_type', code: 70005 },
  unknownApplication: { status: 400, error: 'unauthorized_client', code: 700016 },
  noPrincipal: { status: 400, error: 'unauthorized_client', code: 7000229 },
  disabledApplication: { status: 400, error: 'unauthorized_client', code: 7000112 },
  publicClient: { status: 401, error: 'invalid_client', code: 700025 },
  noCredential: { status: 401, error: 'invalid_client', code: 7000216 },
  wrongSecret: { status: 401, error: 'invalid_client', code: 7000215 },
  expiredSecret: { status: 401, error: 'invalid_client', code: 7000222 },
  assertionMalformed: { status: 401, error: 'invalid_client', code: 50027 },
  assertionKey: { status: 401, error: 'invalid_client', code: 700027 },
  assertionTimes: { status: 401, error: 'invalid_client', code: 700024 },
  locked: { status: 400, error: 'invalid_grant', code: 50053 },
  badScope: { status: 400, error: 'invalid_scope', code: 70011 },
  notDefaultScope: { status: 400, error: 'invalid_scope', code: 1002012 },
  unknownResource: { status: 400, error: 'invalid_resource', code: 500011 },
} as const satisfies Record<string, RefusalRow>

export type Refusal = keyof typeof refusals

/** A refusal of the token service; `message` is the sentence that clients print, without a secret in it. */
export const refused = (refusal: Refusal, message: string): Problem =>
  new Problem({ code: 'OAuthRefused', details: { ...refusals[refusal], message } })

/** Entra's sentence for a parameter that the form lacks. */
export const missing = (parameter: string): Problem =>
  refused('parameterMissing', `The request body must contain the following parameter: '${parameter}'.`)
