import { data, json, type CommandRow } from './command-row.ts'

/** Who there is, beside what is in the table itself. */
export const directoryCommands: readonly CommandRow[] = [
  {
    words: 'app federate <name>',
    example: 'keystead app federate ci --issuer https://token.actions.githubusercontent.com --subject repo:contoso/app:ref:refs/heads/main',
    summary: 'let a workload outside act as the application, without a secret',
    options: [
      data,
      ['--issuer <url>', 'who vouches, to the letter; its host must be one of --federation-hosts'],
      ['--subject <text>', 'for whom, to the letter'],
      ['--audience <text>', 'to whom the tokens are made out (api://AzureADTokenExchange)'],
      ['--name <name>', 'of the credential (workload)'],
      json,
    ],
    load: () => import('./commands/app-federate.ts'),
  },
  {
    words: 'group create <name>',
    example: 'keystead group create "Contoso Security Team" --json',
    summary: 'a group: roles that it is given are its members’',
    options: [data, ['--description <text>', 'what it is for'], json],
    load: () => import('./commands/group-create.ts'),
  },
  {
    words: 'group add <group> <member>',
    example: 'keystead group add "Contoso Security Team" alice@contoso.example',
    summary: 'a user, an application or another group becomes a member, from the next request on',
    options: [data, json],
    load: async () => (await import('./commands/group-member.ts')).add,
  },
  {
    words: 'group remove <group> <member>',
    example: 'keystead group remove "Contoso Security Team" alice@contoso.example',
    summary: 'what it had through the group ends with the next request',
    options: [data, json],
    load: async () => (await import('./commands/group-member.ts')).remove,
  },
  {
    words: 'group list',
    example: 'keystead group list --json',
    summary: 'the groups, and who is in them',
    options: [data, json],
    load: () => import('./commands/group-list.ts'),
  },
  {
    words: 'group delete <group>',
    example: 'keystead group delete "Contoso Security Team"',
    summary: 'the group and all memberships in it',
    options: [data, json],
    load: () => import('./commands/group-delete.ts'),
  },
  {
    words: 'tenant create <name>',
    example: 'keystead tenant create Fabrikam --json',
    summary: 'another tenant, with its administrator and a subscription; the secret is shown once',
    options: [data, ['--domain <name>', 'its domain (the first digits of its id below the instance’s)'], json],
    load: () => import('./commands/tenant-create.ts'),
  },
  {
    words: 'tenant list',
    example: 'keystead tenant list --json',
    summary: 'the tenants and their domains',
    options: [data, json],
    load: () => import('./commands/tenant-list.ts'),
  },
]
