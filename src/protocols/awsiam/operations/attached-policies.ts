import { attachPolicy, deleteBoundary, detachPolicy, putBoundary } from '#domain/accounts/attached-policies.ts'
import { existing, foundEntity } from '#domain/accounts/entities.ts'
import type { PolicyHolder } from '#domain/accounts/inline-policies.ts'
import { optional, structure } from '#protocols/aws/schemas.ts'
import { requestFacts } from '#protocols/awsiam/facts.ts'
import { arn, paging, policyPath } from '#protocols/awsiam/members.ts'
import { pageOf } from '#protocols/awsiam/pages.ts'
import { attachedShape } from '#protocols/awsiam/shapes.ts'
import { iamOperation } from '#protocols/awsiam/site.ts'
import { about, groupWords, roleWords, userWords, type HolderWords } from '#protocols/awsiam/subjects.ts'

type Noun = 'accountUser' | 'accountGroup' | 'accountRole'

/** `AttachUserPolicy`, `DetachUserPolicy`, `ListAttachedUserPolicies`: the same for groups and roles. */
const attachOperations = <T extends PolicyHolder, N extends Noun>(words: HolderWords<T, N>) => {
  const { word, noun, find } = words
  const onePolicy = about(words, structure({ PolicyArn: arn }))
  return [
    iamOperation({
      name: `Attach${word}Policy`,
      permissions: [`${noun}.attachPolicy`],
      input: onePolicy,
      async handle({ context, call, accountId, body, permit }) {
        const { PolicyArn: policyArn } = body
        const holder = await find(context, call, { accountId, name: body.subject })
        const given = permit(`${noun}.attachPolicy`, foundEntity(holder, requestFacts({ policyArn })))
        await attachPolicy(context, call, { permit: given, holder, arn: policyArn })
        return undefined
      },
    }),
    iamOperation({
      name: `Detach${word}Policy`,
      permissions: [`${noun}.detachPolicy`],
      input: onePolicy,
      async handle({ context, call, accountId, body, permit }) {
        const { PolicyArn: policyArn } = body
        const holder = await find(context, call, { accountId, name: body.subject })
        const given = permit(`${noun}.detachPolicy`, foundEntity(holder, requestFacts({ policyArn })))
        detachPolicy(call, { permit: given, holder, arn: policyArn })
        return undefined
      },
    }),
    iamOperation({
      name: `ListAttached${word}Policies`,
      permissions: [`${noun}.listAttached`],
      input: about(words, structure({ PathPrefix: optional(policyPath), ...paging })),
      async handle(asked) {
        const { context, call, accountId, body, permit } = asked
        const { PathPrefix: path = '/' } = body
        const holder = await find(context, call, { accountId, name: body.subject })
        const { value } = existing(permit(`${noun}.listAttached`, foundEntity(holder)), holder)
        const items = value.attachedPolicies.filter(one => one.slice(one.indexOf('/')).startsWith(path))
        const list = `ListAttached${word}Policies ${holder.arn} ${path}`
        const page = pageOf(asked, { list, items, nameOf: one => `${one.slice(one.lastIndexOf('/') + 1)} ${one}` })
        return { AttachedPolicies: page.items.map(attachedShape), ...page.end }
      },
    }),
  ]
}

/** Of users and roles alone. */
const boundaryOperations = <T extends PolicyHolder & { readonly boundary?: string | undefined }, N extends 'accountUser' | 'accountRole'>(
  words: HolderWords<T, N>,
) => {
  const { word, noun, find } = words
  return [
    iamOperation({
      name: `Put${word}PermissionsBoundary`,
      permissions: [`${noun}.putBoundary`],
      input: about(words, structure({ PermissionsBoundary: arn })),
      async handle({ context, call, accountId, body, permit }) {
        const { PermissionsBoundary: boundary } = body
        const holder = await find(context, call, { accountId, name: body.subject })
        const given = permit(`${noun}.putBoundary`, foundEntity(holder, requestFacts({ boundary })))
        await putBoundary(context, call, { permit: given, holder, arn: boundary })
        return undefined
      },
    }),
    iamOperation({
      name: `Delete${word}PermissionsBoundary`,
      permissions: [`${noun}.deleteBoundary`],
      input: about(words, structure({})),
      async handle({ context, call, accountId, body, permit }) {
        const holder = await find(context, call, { accountId, name: body.subject })
        deleteBoundary(call, { permit: permit(`${noun}.deleteBoundary`, foundEntity(holder)), holder })
        return undefined
      },
    }),
  ]
}

export const attachedPolicyOperations = [
  ...attachOperations(userWords),
  ...attachOperations(groupWords),
  ...attachOperations(roleWords),
  ...boundaryOperations(userWords),
  ...boundaryOperations(roleWords),
]
