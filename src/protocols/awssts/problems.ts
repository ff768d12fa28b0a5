import type { AwsSite } from '#protocols/aws/operation.ts'
import { deniedSentence, refuseIn, type AwsWords } from '#protocols/aws/problems.ts'
import { queryErrors } from '#protocols/aws/query-errors.ts'
import { namespace } from './site.ts'

const bad = (code: string, message: string): AwsWords => ({ status: 400, code, message })
const denied = (message: string): AwsWords => ({ status: 403, code: 'AccessDenied', message })

const webIdentity = {
  invalid: { status: 400, code: 'InvalidIdentityToken' },
  rejected: { status: 403, code: 'IDPRejectedClaim' },
  unreachable: { status: 400, code: 'IDPCommunicationError' },
  expired: { status: 400, code: 'ExpiredTokenException' },
} as const

export const refuse = refuseIn<AwsSite>(queryErrors(namespace), {
  SessionForbidden: ({ message }) => denied(message),
  // Of a role nothing is said of why: whoever may not have it does not learn whether it is there.
  AccessDenied: details =>
    denied(details.action.startsWith('sts:AssumeRole') ? deniedSentence({ ...details, because: '' }).trimEnd() : deniedSentence(details)),
  WebIdentityRefused: ({ reason, message }) => ({ ...webIdentity[reason], message }),
  AuthorizationMessageInvalid: () => bad('InvalidAuthorizationMessageException', 'Invalid authorization message'),
  PolicyMalformed: ({ message }) => bad('MalformedPolicyDocument', message),
  PackedPolicyTooLarge: ({ percent }) =>
    bad('PackedPolicyTooLarge', `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`),
})
