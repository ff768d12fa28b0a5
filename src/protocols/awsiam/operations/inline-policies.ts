import { existing, foundEntity } from '#domain/accounts/entities.ts'
import { deleteInlinePolicy, inlinePolicy, putInlinePolicy, type PolicyHolder } from '#domain/accounts/inline-policies.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { document, paging, policyName } from '#protocols/awsiam/members.ts'
import { pageOf } from '#protocols/awsiam/pages.ts'
import { escaped } from '#protocols/awsiam/shapes.ts'
import { iamOperation } from '#protocols/awsiam/site.ts'
import { about, groupWords, roleWords, userWords, type HolderWords } from '#protocols/awsiam/subjects.ts'

type Noun = 'accountUser' | 'accountGroup' | 'accountRole'

const onePolicy = structure({ PolicyName: policyName })

/** `PutUserPolicy`, `DeleteUserPolicy`: the same for groups and roles. */
const writing = <T extends PolicyHolder, N extends Noun>(words: HolderWords<T, N>) => {
  const { word, noun, find } = words
  return [
    iamOperation({
      name: `Put${word}Policy`,
      permissions: [`${noun}.putPolicy`],
      input: about(words, structure({ PolicyName: policyName, PolicyDocument: document })),
      async handle({ context, call, accountId, body, permit }) {
        const holder = await find(context, call, { accountId, name: body.subject })
        const given = permit(`${noun}.putPolicy`, foundEntity(holder))
        putInlinePolicy(call, { permit: given, holder, policy: body.PolicyName, document: body.PolicyDocument })
        return undefined
      },
    }),
    iamOperation({
      name: `Delete${word}Policy`,
      permissions: [`${noun}.deletePolicy`],
      input: about(words, onePolicy),
      async handle({ context, call, accountId, body, permit }) {
        const holder = await find(context, call, { accountId, name: body.subject })
        deleteInlinePolicy(call, { permit: permit(`${noun}.deletePolicy`, foundEntity(holder)), holder, policy: body.PolicyName })
        return undefined
      },
    }),
  ]
}

/** `GetUserPolicy`, `ListUserPolicies`: the same for groups and roles. */
const reading = <T extends PolicyHolder, N extends Noun>(words: HolderWords<T, N>) => {
  const { word, nameMember, noun, find } = words
  return [
    iamOperation({
      name: `Get${word}Policy`,
      permissions: [`${noun}.readPolicy`],
      input: about(words, onePolicy),
      async handle({ context, call, accountId, body, permit }) {
        const holder = await find(context, call, { accountId, name: body.subject })
        const given = permit(`${noun}.readPolicy`, foundEntity(holder))
        const text = inlinePolicy({ permit: given, holder, policy: body.PolicyName })
        const { name } = existing(given, holder).value
        return { [nameMember]: name, PolicyName: body.PolicyName, PolicyDocument: escaped(text) }
      },
    }),
    iamOperation({
      name: `List${word}Policies`,
      permissions: [`${noun}.listPolicies`],
      input: about(words, structure(paging)),
      async handle(asked) {
        const { context, call, accountId, body, permit } = asked
        const holder = await find(context, call, { accountId, name: body.subject })
        const { value } = existing(permit(`${noun}.listPolicies`, foundEntity(holder)), holder)
        const list = `List${word}Policies ${holder.arn}`
        const { items, end } = pageOf(asked, { list, items: Object.keys(value.inlinePolicies), nameOf: name => name })
        return { PolicyNames: items, ...end }
      },
    }),
  ]
}

export const inlinePolicyOperations = [
  ...writing(userWords),
  ...reading(userWords),
  ...writing(groupWords),
  ...reading(groupWords),
  ...writing(roleWords),
  ...reading(roleWords),
]
