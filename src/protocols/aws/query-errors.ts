import { xmlType } from './answers.ts'
import { deniedSentence, sentences, type AwsTable, type AwsWords, type ErrorFamily } from './problems.ts'
import { element, elements } from './xml.ts'

const bad = (code: string, message: string): AwsWords => ({ status: 400, code, message })
const forbidden = (code: string, message: string): AwsWords => ({ status: 403, code, message })

/** aws-kms.md 5.1, the column of Query and XML. */
const door: AwsTable = {
  SignatureMissing: () => forbidden('MissingAuthenticationToken', sentences.missing),
  SignatureIncomplete: ({ message }) => bad('IncompleteSignature', message),
  SignatureAlgorithmUnknown: () => bad('IncompleteSignature', sentences.unknownAlgorithm),
  AccessKeyUnknown: () => forbidden('InvalidClientTokenId', sentences.unknownKey),
  SessionExpired: () => forbidden('ExpiredToken', sentences.expired),
  SignatureMismatch: () => forbidden('SignatureDoesNotMatch', sentences.mismatch),
  SignatureStale: ({ message }) => forbidden('SignatureDoesNotMatch', message),
  SignatureScopeWrong: ({ message }) => forbidden('SignatureDoesNotMatch', message),
  HeadersUnsigned: ({ names }) => forbidden('SignatureDoesNotMatch', sentences.unsigned(names)),
  UnknownAction: ({ action }) => bad('InvalidAction', `Could not find operation ${action}`),
  UnsupportedMediaType: () => bad('InvalidAction', 'The content type of a request is application/x-www-form-urlencoded.'),
  InvalidBody: ({ message }) => bad('MalformedInput', message),
  MalformedRequest: ({ reason }) => bad('MalformedInput', `The request is malformed: ${reason}.`),
  BodyTooLarge: () => ({ status: 413, code: 'RequestEntityTooLarge', message: sentences.tooLarge }),
  ValidationFailed: ({ message }) => bad('ValidationError', message),
  MarkerInvalid: () => bad('ValidationError', 'Invalid Marker.'),
  AccessDenied: details => forbidden('AccessDenied', deniedSentence(details)),
  Throttled: () => bad('Throttling', sentences.throttled),
}

const invalid = bad('ValidationError', 'The request is not valid.')

/** Services of the protocol awsQuery, each with its own namespace. */
export const queryErrors = (namespace: string): ErrorFamily => ({
  door,
  byKind: {
    invalid,
    unauthenticated: forbidden('InvalidClientTokenId', sentences.unknownKey),
    forbidden: forbidden('AccessDenied', 'The operation is not allowed.'),
    missing: { status: 404, code: 'NoSuchEntity', message: 'The requested resource was not found.' },
    method: bad('InvalidAction', 'Requests are sent by GET or POST.'),
    conflict: { status: 409, code: 'ConcurrentModification', message: 'The request conflicts with the state of the resource.' },
    precondition: invalid,
    tooLarge: { status: 413, code: 'RequestEntityTooLarge', message: sentences.tooLarge },
    mediaType: bad('InvalidAction', 'The content type of a request is application/x-www-form-urlencoded.'),
    misdirected: { status: 421, code: 'InvalidAction', message: 'This host is not served here.' },
    throttled: bad('Throttling', sentences.throttled),
    unavailable: { status: 503, code: 'ServiceUnavailable', message: sentences.unavailable, headers: { 'retry-after': '1' } },
  },
  internal: { status: 500, code: 'InternalFailure', message: sentences.internal },
  envelope: ({ status, code, message, more }, { requestId }) => {
    const error = elements({ Type: status >= 500 ? 'Receiver' : 'Sender', Code: code, Message: message, ...more }, 'member')
    const body = element('Error', error) + element('RequestId', requestId)
    return { status, headers: { 'content-type': xmlType }, body: element('ErrorResponse', body, { xmlns: namespace }) }
  },
})
