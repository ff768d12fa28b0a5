import { rootScope } from '#domain/resources/scopes.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import { forgottenAfterMs } from './records.ts'

/** What has run out stands for nothing any more: nobody asks for it, and no list names it. */
export const forgetTask: DueTask = {
  family: 'issuedCertificates',
  operation: 'AuthorityForget',
  async run(context, call, { compartment, path }) {
    const [serial] = path
    if (serial === undefined) return false
    const issued = await context.issuedCertificates.get(call, compartment, [serial])
    if (issued === undefined || issued.value.notAfter + forgottenAfterMs > call.at) return false
    context.access.permit(call, 'authority.forget', { on: rootScope })
    call.resource = issued.value.subjectId
    call.details.set('serial', serial)
    context.issuedCertificates.remove(call, issued)
    return true
  },
}
