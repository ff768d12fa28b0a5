import { entityArn, foundArn, foundEntity, roleNamed } from '#domain/accounts/entities.ts'
import { createLinkedRole, deleteLinkedRole, linkedRoleOf } from '#domain/accounts/linked-roles.ts'
import { openMarker, sealMarker } from '#protocols/aws/markers.ts'
import { optional, structure, text } from '#protocols/aws/schemas.ts'
import { requestFacts } from '#protocols/awsiam/facts.ts'
import { description, groupName, roleName } from '#protocols/awsiam/members.ts'
import { roleShape } from '#protocols/awsiam/shapes.ts'
import { iamOperation } from '#protocols/awsiam/site.ts'

const createServiceLinkedRoleOperation = iamOperation({
  name: 'CreateServiceLinkedRole',
  permissions: ['accountRole.createLinked'],
  input: structure({
    AWSServiceName: groupName,
    Description: optional(description),
    CustomSuffix: optional(text({ min: 1, max: 64, pattern: /^[\w+=,.@-]+$/ })),
  }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const { AWSServiceName: service } = body
    const role = await roleNamed(context, call, { accountId, ...linkedRoleOf(service, body.CustomSuffix) })
    const given = permit('accountRole.createLinked', foundEntity(role, requestFacts({ serviceName: service })))
    const made = await createLinkedRole(context, call, { permit: given, role, service, description: body.Description })
    return { Role: roleShape(context, { role: made, use: undefined }) }
  },
})

/** A task's id is proof that it was given out: by then the role is gone. */
const taskBound = (accountId: string) => ({ accountId, region: '', list: 'DeleteServiceLinkedRole' })

const deleteServiceLinkedRoleOperation = iamOperation({
  name: 'DeleteServiceLinkedRole',
  permissions: ['accountRole.deleteLinked'],
  input: structure({ RoleName: roleName }),
  async handle({ context, call, accountId, body, permit }) {
    const role = await roleNamed(context, call, { accountId, name: body.RoleName })
    const { arn, value } = await deleteLinkedRole(context, call, {
      permit: permit('accountRole.deleteLinked', foundEntity(role)),
      role,
    })
    const path = arn.slice(arn.indexOf('/') + 1)
    return { DeletionTaskId: `task/${path}/${sealMarker(context, taskBound(accountId), value.id)}` }
  },
})

const getServiceLinkedRoleDeletionStatusOperation = iamOperation({
  name: 'GetServiceLinkedRoleDeletionStatus',
  permissions: ['accountRole.readLinkedDeletion'],
  input: structure({ DeletionTaskId: text({ min: 1, max: 1_000 }) }),
  handle({ context, accountId, body, permit }) {
    const [, path = '', proof = ''] = /^task\/(.+)\/([\w-]+)$/.exec(body.DeletionTaskId) ?? []
    permit('accountRole.readLinkedDeletion', foundArn(accountId, `${entityArn('role', { accountId, path: '/' })}${path}`))
    openMarker(context, taskBound(accountId), proof)
    return { Status: 'SUCCEEDED' }
  },
})

export const linkedRoleOperations = [
  createServiceLinkedRoleOperation,
  deleteServiceLinkedRoleOperation,
  getServiceLinkedRoleDeletionStatusOperation,
]
