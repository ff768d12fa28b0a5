import { data, json, type CommandRow } from './command-row.ts'

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
]
