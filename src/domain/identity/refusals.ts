import { Problem } from '#model/problem.ts'

interface RefusalRow {
  readonly status: number
  /** RFC 6749 5.2, and Entra's own beside them. */
  readonly error: string
  /** AADSTS number (identity-and-arm.md 1.7). */
  readonly code: number
  readonly suberror?: string
}

const refusals = {
  parameterMissing: { status: 400, error: 'invalid_request', code: 900144 },
  malformed: { status: 400, error: 'invalid_request', code: 9002313 },
  noTenantNamed: { status: 400, error: 'invalid_request', code: 50059 },
  unknownInstance: { status: 400, error: 'invalid_instance', code: 50049 },
  unsupportedGrant: { status: 400, error: 'unsupported_grant_type', code: 70003 },
  unsupportedResponse: { status: 400, error: 'unsupported_response_type', code: 70005 },
  tokenInAddress: { status: 400, error: 'unsupported_response_type', code: 700051 },
  idTokenInAddress: { status: 400, error: 'unsupported_response_type', code: 700054 },
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
  noFederation: { status: 401, error: 'invalid_client', code: 70021 },
  federatedIssuer: { status: 401, error: 'invalid_client', code: 700211 },
  federatedAudience: { status: 401, error: 'invalid_client', code: 700212 },
  federatedSubject: { status: 401, error: 'invalid_client', code: 700213 },
  federatedEndpoint: { status: 400, error: 'invalid_request', code: 50166 },
  locked: { status: 400, error: 'invalid_grant', code: 50053 },
  badScope: { status: 400, error: 'invalid_scope', code: 70011 },
  notDefaultScope: { status: 400, error: 'invalid_scope', code: 1002012 },
  clientUnproved: { status: 401, error: 'invalid_client', code: 7000218 },
  otherTenant: { status: 400, error: 'invalid_grant', code: 700005 },
  invalidGrant: { status: 400, error: 'invalid_grant', code: 70000 },
  expiredGrant: { status: 400, error: 'invalid_grant', code: 70008 },
  expiredRefreshToken: { status: 400, error: 'invalid_grant', code: 700082 },
  revokedGrant: { status: 400, error: 'invalid_grant', code: 50173 },
  codeUsed: { status: 400, error: 'invalid_grant', code: 54005 },
  otherRedirect: { status: 400, error: 'invalid_grant', code: 500112 },
  wrongVerifier: { status: 400, error: 'invalid_grant', code: 501481 },
  wrongPassword: { status: 400, error: 'invalid_grant', code: 50126 },
  unknownUser: { status: 400, error: 'invalid_grant', code: 50034 },
  disabledUser: { status: 400, error: 'invalid_grant', code: 50057 },
  passwordExpired: { status: 400, error: 'invalid_grant', code: 50055 },
  newPasswordRefused: { status: 400, error: 'invalid_grant', code: 50056 },
  unregisteredRedirect: { status: 400, error: 'invalid_request', code: 50011 },
  noRedirect: { status: 400, error: 'invalid_request', code: 900971 },
  responseMode: { status: 400, error: 'invalid_request', code: 90102 },
  challengeSize: { status: 400, error: 'invalid_request', code: 501491 },
  scopeUnknown: { status: 400, error: 'invalid_client', code: 650053 },
  severalResources: { status: 400, error: 'invalid_scope', code: 28000 },
  userNotAssigned: { status: 400, error: 'invalid_grant', code: 50105 },
  applicationNotAssigned: { status: 400, error: 'invalid_grant', code: 501051 },
  disabledResource: { status: 400, error: 'invalid_resource', code: 500014 },
  unconsented: { status: 400, error: 'invalid_grant', code: 65001, suberror: 'consent_required' },
  assertionInvalid: { status: 400, error: 'invalid_grant', code: 50013 },
  assertionAudience: { status: 400, error: 'invalid_grant', code: 500131 },
  assertionNotInTime: { status: 400, error: 'invalid_grant', code: 500133 },
  assertionNoToken: { status: 400, error: 'invalid_request', code: 50027 },
  assertionIdToken: { status: 400, error: 'invalid_request', code: 240002 },
  assertionOfApplication: { status: 400, error: 'unauthorized_client', code: 7000114 },
  loginRequired: { status: 400, error: 'login_required', code: 50058 },
  declined: { status: 400, error: 'access_denied', code: 65004 },
  formForged: { status: 400, error: 'invalid_request', code: 165000 },
  authorizationPending: { status: 400, error: 'authorization_pending', code: 70016 },
  slowDown: { status: 400, error: 'slow_down', code: 70016 },
  badDeviceCode: { status: 400, error: 'bad_verification_code', code: 70018 },
  deviceCodeExpired: { status: 400, error: 'expired_token', code: 70019 },
  deviceCodeDeclined: { status: 400, error: 'authorization_declined', code: 70000 },
  unknownResource: { status: 400, error: 'invalid_resource', code: 500011 },
} as const satisfies Record<string, RefusalRow>

export type Refusal = keyof typeof refusals

/** A refusal of the token service; `message` is the sentence that clients print, without a secret in it. */
export const refused = (refusal: Refusal, message: string): Problem =>
  new Problem({ code: 'OAuthRefused', details: { ...refusals[refusal], message } })

/** Entra's sentence for a parameter that the form lacks. */
export const missing = (parameter: string): Problem =>
  refused('parameterMissing', `The request body must contain the following parameter: '${parameter}'.`)
