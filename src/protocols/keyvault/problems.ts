import { Problem, problemKinds, type ProblemCode, type ProblemDetails } from '#model/problem.ts'
import type { ProblemKind } from '#model/problem-kind.ts'
import type { Needs } from '#domain/context.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import type { Refusal } from '#protocols/http/protocol.ts'
import { latestVersion } from './api-version.ts'
import { challenge } from './authenticate.ts'
import { accessWords, networkWords } from './access-words.ts'
import { certificateTable } from './certificate-problems.ts'
import type { VaultSite } from './site.ts'
import {
  bad,
  conflict,
  deletedNameMessage,
  forbidden,
  inUseMessage,
  missing,
  unauthorized,
  type Table,
  type Where,
  type Words,
} from './words.ts'

const quoted = (names: readonly string[]): string => names.map(name => `"${name}"`).join(', ')

/** Names come from the caller: no more of one than it takes to know it. */
const propertyCharactersMax = 100

function aboutProperty(message: string, name: string): Words {
  if (message.startsWith('must ')) {
    return bad(name === '' ? `The request body ${message}.` : `The property "${name.slice(0, propertyCharactersMax)}" ${message}.`)
  }
  return name === '' ? bad(message) : bad(`The property "${name.slice(0, propertyCharactersMax)}" must be valid. ${message}.`)
}

const managedMessage = (kind: 'key' | 'secret', operation: string): string =>
  `Operation "${operation}" is not allowed on this ${kind}, since it is associated with a certificate. ` +
  'Perform the operation on the corresponding certificate.'

const table: Table = {
  UnknownRoute: () => missing('ResourceNotFound', 'The requested resource was not found.'),
  MethodNotAllowed: () => ({ status: 405, code: 'MethodNotAllowed', message: 'The HTTP method is not allowed on this resource.' }),
  MalformedRequest: ({ reason }) => bad(`The request is malformed: ${reason}.`),
  BodyTooLarge: ({ maximumBytes }) => ({
    status: 413,
    code: 'RequestTooLarge',
    message: `The request body is larger than ${maximumBytes} bytes.`,
  }),
  ApiVersionMissing: () => bad(`The query parameter "api-version" is required. The latest supported version is ${latestVersion}.`),
  ApiVersionMalformed: ({ given }) =>
    bad(
      `The specified version (${given.slice(0, propertyCharactersMax)}) is not recognized. Consider using the latest supported version (${latestVersion}).`,
    ),
  InvalidParameter: ({ message }) => bad(message),
  InvalidBody: ({ message, name = '' }) => aboutProperty(message, name),
  InvalidPagingToken: () => bad('The query parameter "$skiptoken" is not valid for this list.'),

  TokenMissing: () => unauthorized('AKV10000: Request is missing a Bearer or PoP token.'),
  TokenMalformed: () => unauthorized('AKV10001: The bearer token is not a JSON Web Token that this vault accepts.'),
  TokenSignatureInvalid: () => unauthorized('AKV10046: Unable to resolve the key used for signature validation.'),
  TokenAudienceInvalid: ({ expected, found }) => unauthorized(`AKV10022: Invalid audience. Expected ${expected}, found: ${found}.`),
  TokenIssuerInvalid: ({ expected, found }) => unauthorized(`AKV10032: Invalid issuer. Expected one of ${expected}, found ${found}.`),
  TokenExpired: () => unauthorized('AKV10005: The bearer token has expired.'),
  TokenNotYetValid: () => unauthorized('AKV10006: The bearer token is not valid yet.'),
  TokenRevoked: () => unauthorized('AKV10007: The bearer token was revoked, or its principal is gone or disabled.'),

  AccessDenied: accessWords,
  NetworkForbidden: networkWords,
  Throttled: ({ retryAfterSeconds }) => ({
    status: 429,
    code: 'Throttled',
    message: 'Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached',
    headers: { 'retry-after': retryAfterSeconds.toString() },
  }),
  Busy: ({ retryAfterSeconds }) => ({
    status: 503,
    code: 'ServiceUnavailable',
    message: 'The service is busy. Try again.',
    headers: { 'retry-after': retryAfterSeconds.toString() },
  }),
  NotReady: () => ({ ...byKind.unavailable, headers: { 'retry-after': '5' } }),

  VaultNotFound: ({ name }) => missing('VaultNotFound', `The vault ${name} was not found.`),
  KeyNotFound: ({ name, version }) =>
    missing(
      'KeyNotFound',
      `A key with (name/id) ${name}${version === undefined ? '' : `/${version}`} was not found in this key vault. ` +
        'If you recently deleted this key you may be able to recover it using the correct recovery command.',
    ),
  DeletedKeyNotFound: ({ name }) => missing('KeyNotFound', `Deleted Key not found: ${name}`),
  KeyDisabled: ({ operation }) => forbidden(`Operation ${operation} is not allowed on a disabled key.`, 'KeyDisabled'),
  KeyNotYetValid: ({ operation }) => forbidden(`Operation ${operation} is not allowed on a key that is not yet valid.`, 'KeyNotYetValid'),
  KeyExpired: ({ operation }) => forbidden(`Operation ${operation} is not allowed on a key that is expired.`, 'KeyExpired'),
  KeyOperationForbidden: ({ operation }) => forbidden(`Operation ${operation} is not permitted on this key.`, 'KeyOperationForbidden'),
  KeyNameDeleted: ({ name }) => conflict(deletedNameMessage('Key', name), 'ObjectIsDeletedButRecoverable'),
  KeyNameInUse: ({ name }, { site }) => conflict(inUseMessage('key', `${site?.baseUrl ?? ''}/keys/${name}`)),
  KeySizeNotSupported: ({ size, supported }) =>
    bad(`Unsupported key size (${size}). Supported sizes are [${supported.join(', ')}]`, 'KeySizeNotSupported'),
  KeyOperationsUnsupported: ({ given, supported }) =>
    bad(`Unsupported key operation(s): ${quoted(given).slice(0, 1_000)}. Supported values are ${quoted(supported)}.`),
  KeyTypeNeedsPremium: () => bad('Hardware key operation not allowed on standard vault'),
  AlgorithmIncompatible: ({ use, misfit, key }, { site }) => {
    const named = key === undefined ? '' : `${site?.baseUrl ?? ''}/keys/${key.name}/${key.version} `
    return bad(`Key and ${use} algorithm are incompatible. Key ${named}${misfit}.`)
  },
  ValueLengthInvalid: ({ message }) => bad(message),
  DecryptionFailed: () => bad('The ciphertext could not be decrypted with this key and algorithm.'),
  KeyNotWhole: ({ message, kind }) =>
    bad(
      kind === 'RSA'
        ? `RSA key is not valid - cannot instantiate crypto service: ${message}.`
        : `The property "key" must be a valid JsonWebKey object. ${message}.`,
    ),
  BackupInvalid: () => bad('The property "value" must be a backup that this installation made.'),
  BackupForeign: () => forbidden('The backup belongs to another tenant or subscription than this vault.'),
  KeyManaged: ({ operation }) => forbidden(managedMessage('key', operation), 'KeyManagedByKeyVault'),
  ReleaseRefused: ({ because }) =>
    forbidden(`The key is not released: the condition "${because.slice(0, propertyCharactersMax)}" does not hold.`),
  SecretNotFound: ({ name, version }) =>
    missing(
      'SecretNotFound',
      `A secret with (name/id) ${name}${version === undefined ? '' : `/${version}`} was not found in this key vault. ` +
        'If you recently deleted this secret you may be able to recover it using the correct recovery command.',
    ),
  DeletedSecretNotFound: ({ name }) => missing('SecretNotFound', `Deleted Secret not found: ${name}`),
  SecretDisabled: ({ operation }) => forbidden(`Operation ${operation} is not allowed on a disabled secret.`, 'SecretDisabled'),
  SecretManaged: ({ operation }) => forbidden(managedMessage('secret', operation), 'SecretManagedByKeyVault'),
  SecretNameDeleted: ({ name }) => conflict(deletedNameMessage('Secret', name), 'ObjectIsDeletedButRecoverable'),
  SecretNameInUse: ({ name }, { site }) => conflict(inUseMessage('secret', `${site?.baseUrl ?? ''}/secrets/${name}`)),
  ...certificateTable,
  PurgeProtected: ({ vault, location }) =>
    forbidden(
      'Operation "purge" is not allowed because purge protection is enabled for this vault. ' +
        `What is deleted is purged by itself when its days are over.\r\nVault: ${vault};location=${location}`,
    ),
  NotSupported: ({ message }) => bad(message),
}

/** For codes that no operation of a vault raises itself. */
const byKind: Readonly<Record<ProblemKind, Words>> = {
  invalid: bad('The request is not valid.'),
  unauthenticated: unauthorized('AKV10000: The request could not be authenticated.'),
  forbidden: forbidden('The operation is not allowed.'),
  missing: missing('ResourceNotFound', 'The requested resource was not found.'),
  method: { status: 405, code: 'MethodNotAllowed', message: 'The HTTP method is not allowed on this resource.' },
  conflict: conflict('The request conflicts with the state of the resource.'),
  precondition: { status: 412, code: 'PreconditionFailed', message: 'A condition of the request does not hold.' },
  tooLarge: { status: 413, code: 'RequestTooLarge', message: 'The request body is too large.' },
  mediaType: { status: 415, code: 'UnsupportedMediaType', message: 'The media type of the request is not supported.' },
  misdirected: { status: 421, code: 'MisdirectedRequest', message: 'This host is not served here.' },
  throttled: { status: 429, code: 'Throttled', message: 'Too many requests.', headers: { 'retry-after': '1' } },
  unavailable: { status: 503, code: 'ServiceUnavailable', message: 'The service is not available now.', headers: { 'retry-after': '1' } },
}

function wordsFor<C extends ProblemCode>(body: { readonly code: C; readonly details: ProblemDetails<C> }, where: Where): Words {
  const say = table[body.code]
  return say === undefined ? byKind[problemKinds[body.code]] : say(body.details, where)
}

/** A Problem in the vault's envelope; anything else is a 500 without detail. Every 401 carries the challenge. */
export function refuse(context: Needs<'instance'>, refusal: Refusal<VaultSite>): Answer {
  const { error, request, site } = refusal
  const words: Words =
    error instanceof Problem
      ? wordsFor<ProblemCode>({ code: error.body.code, details: error.body.details }, refusal)
      : { status: 500, code: 'InternalServerError', message: 'An internal error occurred.' }
  const { status, code, inner, message } = words
  const asked = status === 401 && site !== undefined && { 'www-authenticate': challenge(context.instance.domain, { site, request, error }) }
  const body = { error: { code, message, ...(inner !== undefined && { innererror: { code: inner } }) } }
  return { ...json(status, body, { ...words.headers, ...asked }), code: inner ?? code }
}
