import { data, json, type CommandRow } from './command-row.ts'

const account = ['--account <id>', "another than the administrator's own"] as const
const policyFile = ['--policy-file <file>', 'what it may: a policy document'] as const
const administrator = ['--administrator', 'it may everything in the account'] as const

/** Accounts and who is in them, for operators. */
export const awsCommands: readonly CommandRow[] = [
  {
    words: 'aws account add <id>',
    example: 'keystead aws account add 111122223333 --json',
    summary: 'one more account, with an access key of its root; the secret is shown once',
    options: [data, json],
    load: () => import('./commands/aws-account-add.ts'),
  },
  {
    words: 'aws account list',
    example: 'keystead aws account list --json',
    summary: 'the accounts of the instance',
    options: [data, json],
    load: () => import('./commands/aws-account-list.ts'),
  },
  {
    words: 'aws user add <name>',
    example: 'keystead aws user add ci --policy-file ci.json --json',
    summary: 'a user with an access key; the secret is shown once',
    options: [data, account, policyFile, administrator, json],
    load: () => import('./commands/aws-user-add.ts'),
  },
  {
    words: 'aws role add <name>',
    example: 'keystead aws role add deploy --trust-file trust.json --policy-file deploy.json --json',
    summary: 'a role, for whom its trust policy names',
    options: [
      data,
      account,
      ['--trust-file <file>', 'who may take it (whoever in the account may by its own policies)'],
      policyFile,
      administrator,
      json,
    ],
    load: () => import('./commands/aws-role-add.ts'),
  },
]
