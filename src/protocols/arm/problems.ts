import { Problem, problemKinds, type ProblemBody, type ProblemCode } from '#model/problem.ts'
import type { ProblemKind } from '#model/problem-kind.ts'
import type { Context } from '#domain/context.ts'
import { lookUp } from '#model/names.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import type { Refusal, Speaking } from '#protocols/http/protocol.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { formatArmId, parseArmId } from '#protocols/azure/arm-ids.ts'
import { challengeOf } from './challenge.ts'
import { unknownRoute, noProvider } from './unknown-route.ts'
import type { ArmSite } from './site.ts'
import type { Words } from './words.ts'

type Rendering = { readonly [C in ProblemCode]?: (body: ProblemBody<C>, request: WireRequest) => Words }

/** Parameters of paths with a code of their own; the sentence comes from their schema. */
const parameterCodes: Readonly<Record<string, string>> = {
  subscriptionId: 'InvalidSubscriptionId',
  group: 'InvalidResourceGroup',
  vault: 'VaultNameNotValid',
  roleAssignment: 'InvalidRoleAssignmentId',
  roleDefinition: 'InvalidRoleDefinitionId',
  $filter: 'InvalidFilterInQueryString',
}

const retry = (seconds: number) => ({ 'retry-after': seconds.toString() })
const words = (status: number, code: string, message: string): Words => ({ status, code, message })
const invalidToken = (message: string): Words => words(401, 'InvalidAuthenticationToken', message)

const managed = (kind: 'key' | 'secret', operation: string): Words =>
  words(403, 'Forbidden', `Operation '${operation}' is not allowed on this ${kind}, since it is associated with a certificate.`)

/** ARM's own words, code by code (identity-and-arm.md 2.3). */
const rendering: Rendering = {
  HostNotServed: () => words(421, 'BadRequest', 'The host of the request is not served here.'),
  UnknownRoute: (_body, request) => unknownRoute(request),
  MethodNotAllowed: (_body, { method }) =>
    words(405, 'MethodNotAllowed', `The requested resource does not support http method '${method}'.`),
  MalformedRequest: ({ details }) => words(400, 'BadRequest', `The request is malformed: ${details.reason}.`),
  BodyTooLarge: ({ details }) => words(413, 'RequestEntityTooLarge', `The request content has more than ${details.maximumBytes} bytes.`),
  ApiVersionMissing: () =>
    words(400, 'MissingApiVersionParameter', 'The api-version query parameter (?api-version=) is required for all requests.'),
  ApiVersionMalformed: ({ details }) =>
    words(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${details.given.slice(0, 64)}' is invalid. It must be a date (YYYY-MM-DD), with -preview behind it where it is one.`,
    ),
  ApiVersionTooOld: ({ details }, request) => noProvider(details.given, request),
  InvalidParameter: ({ details }) => words(400, lookUp(parameterCodes, details.name) ?? 'BadRequest', details.message),
  InvalidBody: ({ details }) => ({
    ...words(400, 'InvalidRequestContent', `The request content was invalid and could not be deserialized: '${details.message}'.`),
    ...(details.name !== undefined && details.name !== '' && { target: details.name }),
  }),
  InvalidPagingToken: () => words(400, 'InvalidSkipToken', 'The $skiptoken is not valid for this list.'),
  TokenMissing: () => words(401, 'AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing."),
  TokenMalformed: () => invalidToken('The access token is invalid.'),
  TokenSignatureInvalid: () => invalidToken('The access token is invalid: its signature does not verify.'),
  TokenAudienceInvalid: ({ details }) =>
    words(
      401,
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for wrong audience or resource '${details.found}'. It should exactly match with one of the allowed audiences '${details.expected}'.`,
    ),
  TokenIssuerInvalid: ({ details }) =>
    words(
      401,
      'InvalidAuthenticationTokenTenant',
      `The access token is from the wrong issuer '${details.found}'. It must match the tenant '${details.expected}' associated with this subscription. Please use the authority (URL) '${details.expected}' to get the token.`,
    ),
  TokenExpired: () => words(401, 'ExpiredAuthenticationToken', 'The access token expiry UTC time is earlier than current UTC time.'),
  TokenNotYetValid: () => invalidToken('The access token is not valid yet.'),
  TokenRevoked: () => invalidToken('The access token has been revoked.'),
  AccessDenied: ({ details }) =>
    details.denial === undefined
      ? words(
          403,
          'AuthorizationFailed',
          `The client '${details.appId ?? details.oid}' with object id '${details.oid}' does not have authorization to perform action '${details.action}' over scope '${scopeText(details.scope)}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
        )
      : words(
          403,
          'DenyAssignmentAuthorizationFailed',
          `The client '${details.appId ?? details.oid}' with object id '${details.oid}' does not have access to perform action '${details.action}' on scope '${scopeText(details.scope)}' because of the deny assignment with name '${details.denial.name}' and Id '${details.denial.id}'.`,
        ),
  LinkedAccessDenied: ({ details }) =>
    words(
      403,
      'LinkedAuthorizationFailed',
      `The client '${details.appId ?? details.oid}' with object id '${details.oid}' does not have permission to perform action(s) '${details.action}' on the linked scope(s) '${scopeText(details.scope)}' (respectively) or the linked scope(s) are invalid.`,
    ),
  Throttled: ({ details }) => ({
    ...words(429, 'TooManyRequests', 'The request is being throttled.'),
    headers: retry(details.retryAfterSeconds),
  }),
  Busy: ({ details }) => ({
    ...words(503, 'ServerBusy', 'The server is busy. Please try again.'),
    headers: retry(details.retryAfterSeconds),
  }),
  NotReady: ({ details }) => ({ ...words(503, 'ServiceUnavailable', `The service is not ready: ${details.state}.`), headers: retry(5) }),
  StorageReserved: () => ({ ...words(503, 'ServiceUnavailable', 'The service has no room for changes.'), headers: retry(60) }),
  Conflict: ({ details }) => words(409, 'Conflict', details.message),
  PreconditionFailed: () => words(412, 'PreconditionFailed', 'The condition of the request does not hold.'),
  NotSupported: ({ details }) => words(400, 'NotSupported', details.message),
  PurgeProtected: ({ details }) =>
    words(
      405,
      'MethodNotAllowed',
      `Operation 'DeletedVaultPurge' is not allowed: purge protection is enabled for the vault '${details.vault}'.`,
    ),
  SubscriptionNotFound: ({ details }) => words(404, 'SubscriptionNotFound', `The subscription '${details.id}' could not be found.`),
  ResourceGroupNotFound: ({ details }) => words(404, 'ResourceGroupNotFound', `Resource group '${details.name}' could not be found.`),
  ResourceNotFound: ({ details }) => {
    const group = details.group === undefined ? '' : ` under resource group '${details.group}'`
    return words(
      404,
      'ResourceNotFound',
      `The Resource '${details.type}/${details.name}'${group} was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    )
  },
  VaultNotFound: ({ details }) => words(404, 'ResourceNotFound', `The Resource 'Microsoft.KeyVault/vaults/${details.name}' was not found.`),
  KeyNotFound: ({ details }) =>
    words(
      404,
      'KeyNotFound',
      `A key with (name/id) ${details.name}${details.version === undefined ? '' : `/${details.version}`} was not found in this key vault.`,
    ),
  KeyNameDeleted: ({ details }) =>
    words(
      409,
      'Conflict',
      `Key ${details.name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the key can only be recovered or purged.`,
    ),
  KeyManaged: ({ details }) => managed('key', details.operation),
  SecretNotFound: ({ details }) => words(404, 'SecretNotFound', `A secret with (name/id) ${details.name} was not found in this key vault.`),
  SecretNameDeleted: ({ details }) =>
    words(
      409,
      'Conflict',
      `Secret ${details.name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
    ),
  SecretManaged: ({ details }) => managed('secret', details.operation),
  DirectoryObjectNotFound: ({ details }) => words(400, 'PrincipalNotFound', `Principal ${details.id} does not exist in the directory.`),
  ArmRefused: ({ details }) => details,
  ScopeLocked: ({ details }) =>
    words(
      409,
      'ScopeLocked',
      `The scope '${scopeText(details.scope)}' cannot perform ${details.verb} operation because following scope(s) are locked: '${details.lockedAt.join("','")}'. Please remove the lock and try again.`,
    ),
  KeyVaultAccessForbidden: ({ details }) => ({
    ...words(
      400,
      'KeyVaultAccessForbidden',
      `Unable to access key vault resource '${details.keyUrl}' to enable encryption at rest. Please grant get, wrap and unwrap key permissions to ${details.identity}.${details.target === undefined ? '' : ` Target: ${details.target}.`} Please visit https://aka.ms/keyvaultaccessssecmk for more information.`,
    ),
    ...(details.target !== undefined && { target: details.target }),
  }),
  DiskNotFound: ({ details }) => words(404, 'ResourceNotFound', `The Resource '${details.id}' was not found.`),
  DiskKeyUnavailable: ({ details }) =>
    words(409, 'OperationNotAllowed', `The key of the disk '${details.disk}' cannot be used: ${details.because}.`),
}

/** A place in ARM's spelling: clients and people look for what they typed. */
function scopeText(scope: string): string {
  if (scope === '') return '/'
  const id = parseArmId(scope)
  return id === undefined ? scope : formatArmId(id)
}

/** For codes that have no words above: every kind has some. */
const byKind: Readonly<Record<ProblemKind, Words>> = {
  invalid: words(400, 'BadRequest', 'The request is invalid.'),
  unauthenticated: words(401, 'AuthenticationFailed', 'Authentication failed.'),
  forbidden: words(403, 'Forbidden', 'The request is forbidden.'),
  missing: words(404, 'NotFound', 'The requested resource does not exist.'),
  method: words(405, 'MethodNotAllowed', 'The requested resource does not support this http method.'),
  conflict: words(409, 'Conflict', 'The request conflicts with the state of the resource.'),
  precondition: words(412, 'PreconditionFailed', 'The condition of the request does not hold.'),
  tooLarge: words(413, 'RequestEntityTooLarge', 'The request content is too large.'),
  mediaType: words(415, 'UnsupportedMediaType', 'The content media type is not supported. Only application/json is.'),
  misdirected: words(421, 'BadRequest', 'The host of the request is not served here.'),
  throttled: { ...words(429, 'TooManyRequests', 'The request is being throttled.'), headers: retry(1) },
  unavailable: { ...words(503, 'ServiceUnavailable', 'The service is unavailable.'), headers: retry(1) },
}

/** The sentence that a code without words brings itself. */
function fallback({ code, details }: ProblemBody): Words {
  const kind = byKind[problemKinds[code]]
  const message = details !== undefined && 'message' in details && typeof details.message === 'string' ? details.message : kind.message
  return { ...kind, message }
}

export function wordsOf(error: unknown, request: WireRequest): Words {
  if (!(error instanceof Problem)) return words(500, 'InternalServerError', 'Encountered internal server error.')
  const { body } = error
  // The table is keyed by the code itself: what stands under a code takes the body of that code.
  const render = rendering[body.code] as ((body: ProblemBody, request: WireRequest) => Words) | undefined // oxlint-disable-line typescript/no-unsafe-type-assertion -- see above
  return render?.(body, request) ?? fallback(body)
}

/** `{error: {code, message, target?}}`. */
export function refuse(context: Speaking<Context>, { error, request }: Refusal<ArmSite>): Answer {
  const { status, code, message, target, headers } = wordsOf(error, request)
  const challenge = status === 401 ? { 'www-authenticate': challengeOf(context, request, { code, error }) } : {}
  return { ...json(status, { error: { code, message, ...(target !== undefined && { target }) } }, { ...headers, ...challenge }), code }
}
