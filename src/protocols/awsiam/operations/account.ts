import { deleteAccountAlias, setAccountAlias } from '#domain/accounts/account-alias.ts'
import { accountSummary } from '#domain/accounts/account-summary.ts'
import { accountOf, foundArn } from '#domain/accounts/entities.ts'
import { Problem } from '#model/problem.ts'
import { structure, text } from '#protocols/aws/schemas.ts'
import { paging } from '#protocols/awsiam/members.ts'
import { iamOperation } from '#protocols/awsiam/site.ts'

const alias = text({ min: 3, max: 63, pattern: /^[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]$/ })

/** Of operations that are about no single thing. */
const everything = (accountId: string) => foundArn(accountId, '*')

const getAccountSummaryOperation = iamOperation({
  name: 'GetAccountSummary',
  permissions: ['account.readSummary'],
  input: structure({}),
  async handle({ context, call, accountId, permit }) {
    const account = await accountOf(context, call, accountId)
    const summary = await accountSummary(context, call, { permit: permit('account.readSummary', everything(accountId)), account })
    return { SummaryMap: new Map(Object.entries(summary)) }
  },
})

const listAccountAliasesOperation = iamOperation({
  name: 'ListAccountAliases',
  permissions: ['account.listAliases'],
  input: structure(paging),
  async handle({ context, call, accountId, permit }) {
    permit('account.listAliases', everything(accountId))
    const { value } = await accountOf(context, call, accountId)
    return { AccountAliases: value.alias === undefined ? [] : [value.alias], IsTruncated: false }
  },
})

const createAccountAliasOperation = iamOperation({
  name: 'CreateAccountAlias',
  permissions: ['account.createAlias'],
  input: structure({ AccountAlias: alias }),
  async handle({ context, call, accountId, body, permit }) {
    const account = await accountOf(context, call, accountId)
    setAccountAlias(context, call, { permit: permit('account.createAlias', everything(accountId)), account, alias: body.AccountAlias })
    return undefined
  },
})

const deleteAccountAliasOperation = iamOperation({
  name: 'DeleteAccountAlias',
  permissions: ['account.deleteAlias'],
  input: structure({ AccountAlias: alias }),
  async handle({ context, call, accountId, body, permit }) {
    const account = await accountOf(context, call, accountId)
    deleteAccountAlias(context, call, { permit: permit('account.deleteAlias', everything(accountId)), account, alias: body.AccountAlias })
    return undefined
  },
})

/** Nobody here has a password that signs in: no account has a rule for them. */
const getAccountPasswordPolicyOperation = iamOperation({
  name: 'GetAccountPasswordPolicy',
  permissions: ['account.readPasswordPolicy'],
  input: structure({}),
  handle({ accountId, permit }) {
    permit('account.readPasswordPolicy', everything(accountId))
    throw new Problem({ code: 'EntityNotFound', details: { type: 'passwordPolicy', name: accountId } })
  },
})

export const accountOperations = [
  getAccountSummaryOperation,
  listAccountAliasesOperation,
  createAccountAliasOperation,
  deleteAccountAliasOperation,
  getAccountPasswordPolicyOperation,
]
