import type { AwsSite } from '#protocols/aws/operation.ts'
import { refuseIn } from '#protocols/aws/problems.ts'
import { queryErrors } from '#protocols/aws/query-errors.ts'
import { namespace } from './site.ts'

export const refuse = refuseIn<AwsSite>(queryErrors(namespace), {
  SessionForbidden: ({ message }) => ({ status: 403, code: 'AccessDenied', message }),
})
