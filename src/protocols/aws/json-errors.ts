import { jsonType } from './answers.ts'
import { deniedSentence, sentences, type AwsTable, type AwsWords, type ErrorFamily } from './problems.ts'

const bad = (code: string, message: string): AwsWords => ({ status: 400, code, message })

/** Every fault of a client is a 400 (aws-kms.md 1.3, 5.1). */
const door: AwsTable = {
  SignatureMissing: () => bad('MissingAuthenticationTokenException', sentences.missing),
  SignatureIncomplete: ({ message }) => bad('IncompleteSignatureException', message),
  SignatureAlgorithmUnknown: () => bad('IncompleteSignatureException', sentences.unknownAlgorithm),
  AccessKeyUnknown: () => bad('UnrecognizedClientException', sentences.unknownKey),
  SessionExpired: () => bad('ExpiredTokenException', sentences.expired),
  SignatureMismatch: () => bad('InvalidSignatureException', sentences.mismatch),
  SignatureStale: ({ message }) => bad('InvalidSignatureException', message),
  SignatureScopeWrong: ({ message }) => bad('InvalidSignatureException', message),
  HeadersUnsigned: ({ names }) => bad('InvalidSignatureException', sentences.unsigned(names)),
  UnknownAction: ({ action }) => bad('UnknownOperationException', `The operation ${action} is not known.`),
  UnsupportedMediaType: () => bad('UnknownOperationException', `The content type of a request is ${jsonType}.`),
  InvalidBody: ({ message }) => bad('SerializationException', message),
  MalformedRequest: ({ reason }) => bad('MalformedHttpRequestException', `The request is malformed: ${reason}.`),
  BodyTooLarge: () => ({ status: 413, code: 'RequestEntityTooLargeException', message: sentences.tooLarge }),
  ValidationFailed: ({ message }) => bad('ValidationException', message),
  AccessDenied: details => bad('AccessDeniedException', deniedSentence(details)),
  Throttled: () => bad('ThrottlingException', sentences.throttled),
}

const unavailable: AwsWords = {
  status: 503,
  code: 'ServiceUnavailableException',
  message: sentences.unavailable,
  headers: { 'retry-after': '1' },
}
const invalid = bad('ValidationException', 'The request is not valid.')

/** Services of the protocol awsJson1_1. */
export const jsonErrors: ErrorFamily = {
  door,
  byKind: {
    invalid,
    unauthenticated: bad('UnrecognizedClientException', sentences.unknownKey),
    forbidden: bad('AccessDeniedException', 'The operation is not allowed.'),
    missing: bad('ResourceNotFoundException', 'The requested resource was not found.'),
    method: bad('UnknownOperationException', 'Requests are sent by POST.'),
    conflict: bad('ConflictException', 'The request conflicts with the state of the resource.'),
    precondition: invalid,
    tooLarge: { status: 413, code: 'RequestEntityTooLargeException', message: sentences.tooLarge },
    mediaType: bad('UnknownOperationException', `The content type of a request is ${jsonType}.`),
    misdirected: { status: 421, code: 'UnknownOperationException', message: 'This host is not served here.' },
    throttled: bad('ThrottlingException', sentences.throttled),
    unavailable,
  },
  internal: { status: 500, code: 'InternalFailure', message: sentences.internal },
  envelope: ({ status, code, message, more }) => ({
    status,
    headers: { 'content-type': jsonType, 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, ...(message !== undefined && { message }), ...more }),
  }),
}
