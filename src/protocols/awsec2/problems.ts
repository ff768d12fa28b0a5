import type { ProblemDetails } from '#model/problem.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import { xmlType } from '#protocols/aws/answers.ts'
import { deniedSentence, refuseIn, sentences, type AwsWords, type ErrorFamily } from '#protocols/aws/problems.ts'
import { queryErrors } from '#protocols/aws/query-errors.ts'
import { element, elements } from '#protocols/aws/xml.ts'

const bad = (code: string, message: string): AwsWords => ({ status: 400, code, message })
const unproved: AwsWords = {
  status: 401,
  code: 'AuthFailure',
  message: 'AWS was not able to validate the provided access credentials',
}
const unauthorized = (message: string): AwsWords => ({ status: 403, code: 'UnauthorizedOperation', message })

const base = queryErrors('')

/** EC2 has an envelope and codes of its own (EC2 API Reference, "Error codes"). */
const ec2Errors: ErrorFamily = {
  ...base,
  door: {
    ...base.door,
    AccessKeyUnknown: () => unproved,
    SignatureMismatch: () => unproved,
    SignatureStale: () => unproved,
    SignatureScopeWrong: ({ message }) => ({ ...unproved, message }),
    HeadersUnsigned: ({ names }) => ({ ...unproved, message: sentences.unsigned(names) }),
    SessionExpired: () => bad('RequestExpired', 'Request has expired.'),
    UnknownAction: ({ action }) => bad('InvalidAction', `The action ${action} is not valid for this web service.`),
    InvalidBody: ({ message }) => bad('MalformedQueryString', message),
    MalformedRequest: ({ reason }) => bad('MalformedQueryString', `The request is malformed: ${reason}.`),
    ValidationFailed: ({ message }) => bad('InvalidParameterValue', message),
    MarkerInvalid: () => bad('InvalidNextToken', 'The token is not of this list.'),
    AccessDenied: details => unauthorized(`You are not authorized to perform this operation. ${deniedSentence(details)}`),
    DryRunPassed: () => ({ status: 412, code: 'DryRunOperation', message: 'Request would have succeeded, but DryRun flag is set.' }),
    Throttled: () => ({ status: 503, code: 'RequestLimitExceeded', message: 'Request limit exceeded.' }),
  },
  byKind: {
    ...base.byKind,
    unauthenticated: unproved,
    forbidden: unauthorized('You are not authorized to perform this operation.'),
    conflict: bad('IncorrectState', 'The resource is not in a state for that.'),
    unavailable: { status: 503, code: 'Unavailable', message: sentences.unavailable, headers: { 'retry-after': '1' } },
  },
  internal: { status: 500, code: 'InternalError', message: sentences.internal },
  envelope: ({ status, code, message }, { requestId }) => {
    const errors = element('Errors', element('Error', elements({ Code: code, Message: message }, 'item')))
    return { status, headers: { 'content-type': xmlType }, body: element('Response', errors + element('RequestID', requestId)) }
  },
}

const names: Readonly<Record<ProblemDetails<'VolumeInvalid'>['what'], string>> = {
  value: 'InvalidParameterValue',
  missing: 'MissingParameter',
  combination: 'InvalidParameterCombination',
  dependency: 'InvalidParameterDependency',
  zone: 'InvalidZone.NotFound',
  snapshot: 'InvalidSnapshot.NotFound',
  snapshotId: 'InvalidSnapshotID.Malformed',
  snapshotInUse: 'InvalidSnapshot.InUse',
  id: 'InvalidID',
  modification: 'InvalidVolumeModification.NotFound',
  tags: 'TagLimitExceeded',
  tooMany: 'VolumeLimitExceeded',
  repeated: 'IdempotentParameterMismatch',
  inUse: 'VolumeInUse',
  instance: 'InvalidInstanceID.Malformed',
  state: 'IncorrectState',
  attachment: 'InvalidAttachment.NotFound',
  tooManyAttached: 'AttachmentLimitExceeded',
  key: 'InvalidKMSKey.InvalidState',
  unsupported: 'UnsupportedOperation',
  userId: 'InvalidUserID.Malformed',
  notPermitted: 'OperationNotPermitted',
}

export const refuse = refuseIn<AwsSite>(ec2Errors, {
  VolumeNotFound: ({ id }) => bad('InvalidVolume.NotFound', `The volume '${id}' does not exist.`),
  VolumeInvalid: ({ what, message }) => bad(names[what], message),
  // Of another account's key nobody learns whether it is there.
  AccountKeyHidden: ({ action, arn }) =>
    unauthorized(
      `You are not authorized to perform this operation. The action ${action} on ${arn} is not allowed, or there is no such key.`,
    ),
})
