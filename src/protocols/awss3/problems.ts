import type { ProblemDetails } from '#model/problem.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import { deniedSentence, refuseIn, sentences, type AwsTable, type AwsWords, type ErrorFamily } from '#protocols/aws/problems.ts'
import { element, elements } from '#protocols/aws/xml.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { requestIds } from './headers.ts'

const words = (status: number, code: string, message: string): AwsWords => ({ status, code, message })
/** With more elements in its document. */
const naming = (more: Readonly<Record<string, string>>, said: AwsWords): AwsWords => ({ ...said, more })
const bad = (code: string, message: string): AwsWords => words(400, code, message)
const forbidden = (code: string, message: string): AwsWords => words(403, code, message)
const missing = (code: string, message: string): AwsWords => words(404, code, message)

/** Each setting that a bucket may be without has a name of its own (Amazon S3 API Reference, "Error responses"). */
const unconfigured: Readonly<Record<string, AwsWords>> = {
  policy: missing('NoSuchBucketPolicy', 'The bucket policy does not exist'),
  tags: missing('NoSuchTagSet', 'The TagSet does not exist'),
  publicAccess: missing('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'),
  ownership: missing('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'),
  cors: missing('NoSuchCORSConfiguration', 'The CORS configuration does not exist'),
  lifecycle: missing('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'),
  website: missing('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'),
  replication: missing('ReplicationConfigurationNotFoundError', 'The replication configuration was not found'),
  objectLock: missing('ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket'),
  // Of an object in a bucket that knows no locks, which none here does.
  objectRetention: bad('InvalidRequest', 'Bucket is missing Object Lock Configuration'),
}

/** What a key says to whoever comes through this service (S3 User Guide, "Using server-side encryption with AWS KMS keys"; aws-kms.md 6.1). */
const ofKeys: AwsTable = {
  AccountKeyDisabled: ({ arn }) => bad('KMS.DisabledException', `${arn} is disabled.`),
  AccountKeyStateInvalid: ({ arn, is }) => bad('KMS.KMSInvalidStateException', `${arn} is ${is}.`),
  AccountKeyNotFound: ({ message }) => bad('KMS.NotFoundException', message),
  AliasNotFound: ({ arn }) => bad('KMS.NotFoundException', `Alias ${arn} is not found.`),
  ArnInvalid: ({ message }) => bad('KMS.NotFoundException', message),
  AccountKeyHidden: ({ action, arn }) =>
    forbidden(
      'AccessDenied',
      `User is not authorized to perform: ${action} on ${arn === '' ? 'the key of this object' : `this resource ${arn}`}`,
    ),
  KeyUsageInvalid: ({ message }) => bad('KMS.InvalidKeyUsageException', message),
  KeyOperationUnsupported: ({ message }) => bad('KMS.UnsupportedOperationException', message),
  AccountKeyUnavailable: ({ message }) => words(503, 'KMS.KeyUnavailableException', message),
  CiphertextInvalid: () => bad('KMS.InvalidCiphertextException', 'The ciphertext of the data key is not valid.'),
  CiphertextOfOtherKey: () => bad('KMS.IncorrectKeyException', 'The data key is not under this key.'),
}

const otherEndpoint =
  'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.'
const wrongRegion = (is: string, expected: string): string =>
  `The authorization header is malformed; the region '${is.slice(0, 64)}' is wrong; expecting '${expected}'`

const conditions = ['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since'].flatMap(name => [
  name,
  `x-amz-copy-source-${name}`,
])

/** Of several it is not said which did not hold. */
function conditionOf(request: WireRequest): Readonly<Record<string, string>> {
  const [named, ...more] = conditions.filter(name => request.header(name.toLowerCase()) !== undefined)
  return named === undefined || more.length > 0 ? {} : { Condition: named }
}

const ofObjects: AwsTable = {
  BucketNotFound: ({ name }) => naming({ BucketName: name }, missing('NoSuchBucket', 'The specified bucket does not exist')),
  BucketElsewhere: ({ name, region, signedFor, here }, _refusal, { instance }) => ({
    ...(here
      ? naming({ Region: region }, bad('AuthorizationHeaderMalformed', wrongRegion(signedFor, region)))
      : naming({ Endpoint: `s3.${region}.${instance.domain}`, Bucket: name }, words(301, 'PermanentRedirect', otherEndpoint))),
    headers: { 'x-amz-bucket-region': region },
  }),
  BucketExists: ({ name, own }) =>
    own
      ? naming(
          {
            BucketName: name,
          },
          words(409, 'BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.'),
        )
      : naming(
          { BucketName: name },
          words(
            409,
            'BucketAlreadyExists',
            'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
          ),
        ),
  BucketNotEmpty: ({ name }) => naming({ BucketName: name }, words(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty')),
  ObjectNotFound: ({ key, marker }) => ({
    ...naming({ Key: key }, missing('NoSuchKey', 'The specified key does not exist.')),
    ...(marker !== undefined && { headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker } }),
  }),
  ObjectVersionNotFound: ({ key, versionId }) =>
    naming({ Key: key, VersionId: versionId }, missing('NoSuchVersion', 'The specified version does not exist.')),
  ObjectDeleted: ({ versionId }) => ({
    ...naming(
      { ResourceType: 'DeleteMarker' },
      words(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.'),
    ),
    headers: { allow: 'DELETE', 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId },
  }),
  UploadNotFound: ({ id }) =>
    naming(
      { UploadId: id },
      missing(
        'NoSuchUpload',
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      ),
    ),
  UploadPartInvalid: () =>
    bad(
      'InvalidPart',
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    ),
  UploadPartsUnordered: () =>
    bad('InvalidPartOrder', 'The list of parts was not in ascending order. Parts must be ordered by part number.'),
  UploadPartChecksumInvalid: ({ algorithm, number, what }) =>
    what === 'missing'
      ? bad(
          'InvalidRequest',
          `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
        )
      : bad('BadDigest', `The ${algorithm} you specified for part ${number} did not match what we received.`),
  UploadSizeDiffers: ({ said, is }) =>
    bad('InvalidRequest', `The provided 'x-amz-mp-object-size' header value ${said} does not match what was computed: ${is}`),
  UploadChecksumDiffers: ({ algorithm }) => bad('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`),
  UploadPartTooSmall: ({ number, etag, size, minimum }) =>
    naming(
      {
        ProposedSize: size.toString(),
        MinSizeAllowed: minimum.toString(),
        PartNumber: number.toString(),
        ETag: etag,
      },
      words(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size'),
    ),
  CustomerKeyMissing: () =>
    bad(
      'InvalidRequest',
      'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    ),
  CustomerKeyWrong: () => forbidden('AccessDenied', 'Access Denied'),
  CustomerKeyUnasked: () => bad('InvalidRequest', 'The encryption parameters are not applicable to this object.'),
  NotConfigured: ({ what, name }) => ({
    ...(unconfigured[what] ?? missing('NoSuchConfiguration', 'The specified configuration does not exist.')),
    more: { BucketName: name },
  }),
  PublicPolicyForbidden: () =>
    forbidden(
      'AccessDenied',
      'User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
    ),
  StorageRefused: ({ status, code, message }) => words(status, code, message),
  PreconditionFailed: (_details, { request }) =>
    naming(conditionOf(request), words(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold')),
  RangeNotSatisfiable: ({ sizeBytes }) => ({
    ...naming({ ActualObjectSize: sizeBytes.toString() }, words(416, 'InvalidRange', 'The requested range is not satisfiable')),
    headers: { 'content-range': `bytes */${sizeBytes}` },
  }),
  PolicyMalformed: ({ message }) => bad('MalformedPolicy', message),
  MarkerInvalid: () => bad('InvalidArgument', 'The continuation token provided is incorrect'),
}

/** The sentence where a policy decided; a request that nobody signed learns no more than that. */
function denied(details: ProblemDetails<'AccessDenied'>): AwsWords {
  return {
    ...forbidden('AccessDenied', details.arn === undefined ? 'Access Denied' : deniedSentence(details)),
    ...(details.region !== undefined && { headers: { 'x-amz-bucket-region': details.region } }),
  }
}

/** A signature stands in the header, or in the query. */
const malformedSignature = (request: WireRequest): string =>
  request.header('authorization') === undefined ? 'AuthorizationQueryParametersError' : 'AuthorizationHeaderMalformed'

/** aws-kms.md 5.1, in the words of S3. */
const door: AwsTable = {
  SignatureMissing: () => forbidden('AccessDenied', 'Access Denied'),
  SignatureIncomplete: ({ message }, { request }) => bad(malformedSignature(request), message),
  SignatureAlgorithmUnknown: () => bad('InvalidRequest', sentences.unknownAlgorithm),
  // Whoever shows a token is told of the token.
  AccessKeyUnknown: (_details, { request }) =>
    (request.query.get('x-amz-security-token') ?? request.header('x-amz-security-token')) === undefined
      ? forbidden('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.')
      : bad('InvalidToken', 'The provided token is malformed or otherwise invalid.'),
  SessionExpired: () => bad('ExpiredToken', 'The provided token has expired.'),
  SignatureMismatch: () =>
    forbidden(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    ),
  SignatureStale: ({ message }, { request }) =>
    request.query.has('x-amz-signature')
      ? forbidden('AccessDenied', 'Request has expired')
      : forbidden('RequestTimeTooSkewed', `The difference between the request time and the current time is too large. ${message}`),
  SignatureScopeWrong: ({ message, region }, { request }) =>
    naming(region === undefined ? {} : { Region: region }, bad(malformedSignature(request), message)),
  UnknownAction: ({ action }) =>
    words(501, 'NotImplemented', `A header or query you provided implies functionality that is not implemented: ${action.slice(0, 64)}.`),
  UnknownRoute: () => words(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.'),
  UnsupportedMediaType: () => bad('InvalidRequest', 'The content type is not supported.'),
  InvalidBody: () => bad('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema'),
  MalformedRequest: ({ reason }) => bad('InvalidRequest', `The request is malformed: ${reason}.`),
  InvalidParameter: ({ name, message }) => bad('InvalidArgument', `${name}: ${message}`),
  BodyTooLarge: () => bad('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size'),
  BodyIncomplete: () => bad('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header'),
  BodyTooSlow: () =>
    bad('RequestTimeout', 'Your socket connection to the server was not read from or written to within the timeout period.'),
  ValidationFailed: ({ message }) => bad('InvalidArgument', message),
  AccessDenied: denied,
  Throttled: () => words(503, 'SlowDown', 'Please reduce your request rate.'),
}

const unavailable: AwsWords = {
  status: 503,
  code: 'ServiceUnavailable',
  message: 'Please reduce your request rate.',
  headers: { 'retry-after': '1' },
}

const s3Errors: ErrorFamily = {
  door,
  byKind: {
    invalid: bad('InvalidRequest', 'The request is not valid.'),
    unauthenticated: forbidden('AccessDenied', 'Access Denied'),
    forbidden: forbidden('AccessDenied', 'Access Denied'),
    missing: missing('NoSuchKey', 'The specified key does not exist.'),
    method: words(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.'),
    conflict: words(
      409,
      'OperationAborted',
      'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    ),
    precondition: words(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold'),
    tooLarge: bad('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size'),
    mediaType: bad('InvalidRequest', 'The content type is not supported.'),
    misdirected: words(421, 'InvalidRequest', 'This host is not served here.'),
    throttled: words(503, 'SlowDown', 'Please reduce your request rate.'),
    unavailable,
  },
  internal: words(500, 'InternalError', 'We encountered an internal error. Please try again.'),
  envelope({ status, code, message, more }, refusal) {
    const { request, requestId } = refusal
    const own = requestIds(requestId)
    const members = {
      Code: code,
      Message: message,
      ...more,
      Resource: request.path,
      RequestId: own['x-amz-request-id'],
      HostId: own['x-amz-id-2'],
    }
    return {
      status,
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n${element('Error', elements(members, 'flat'))}`,
    }
  },
}

export const refuse = refuseIn<AwsSite>(s3Errors, { ...ofKeys, ...ofObjects })
