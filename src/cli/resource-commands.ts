import { data, json, type CommandRow } from './command-row.ts'

/** Vaults and virtual machines, as the operator makes them. */
export const resourceCommands: readonly CommandRow[] = [
  {
    words: 'vault create <name>',
    example: 'keystead vault create kv1 --purge-protection',
    summary: 'a vault that goes by roles, in the group of the first start',
    options: [
      data,
      ['--premium', 'kinds of keys that are called HSM'],
      ['--purge-protection', 'nobody can purge it or what is in it before its days are over; cannot be undone'],
      ['--retention-days <n>', 'how long what is deleted can be recovered: 7 to 90 (90)'],
      json,
    ],
    load: () => import('./commands/vault-create.ts'),
  },
  {
    words: 'vault list',
    example: 'keystead vault list --deleted',
    summary: 'vaults, or those that are deleted and can be recovered',
    options: [data, ['--deleted', 'deleted vaults, with the day on which each is purged'], json],
    load: () => import('./commands/vault-list.ts'),
  },
  {
    words: 'vault recover <name>',
    example: 'keystead vault recover kv1',
    summary: 'a deleted vault as it was; role assignments and private endpoints do not come back',
    options: [data, json],
    load: () => import('./commands/vault-recover.ts'),
  },
  {
    words: 'vault purge <name>',
    example: 'keystead vault purge kv1',
    summary: 'destroy a deleted vault and every key in it; cannot be undone',
    options: [data, json],
    load: () => import('./commands/vault-purge.ts'),
  },
  {
    words: 'key list [vault]',
    example: 'keystead key list --all --expiring 30d',
    summary: 'keys of every vault, or of one: until when they are, who used them last, what is under them',
    options: [
      data,
      ['--all', 'keys of accounts too: one list of everything'],
      ['--expiring <duration>', 'those alone that expire within it, or have: 30d, 12h'],
      ['--rotation', 'when each is rotated, was, and what still hangs on an earlier version'],
      ['--reference <name>', 'what to hand out of one key, kv1/k1, and the roles that its users need'],
      json,
    ],
    load: () => import('./commands/key-list.ts'),
  },
  {
    words: 'vm create <name>',
    example: 'keystead vm create vm1',
    summary: 'a virtual machine with an identity of its own, in the group of the first start; it is described, not run',
    options: [data, ['--size <size>', 'as the cloud names sizes (Standard_D2s_v5)'], json],
    load: () => import('./commands/vm-create.ts'),
  },
  {
    words: 'vm identity assign <id>',
    example: 'keystead vm identity assign /subscriptions/…/virtualMachines/vm1 --identity /subscriptions/…/userAssignedIdentities/id1',
    summary: 'give a virtual machine its own identity, or one that others have too',
    options: [data, ['--identity <id>', 'a user-assigned identity, instead of its own'], json],
    load: () => import('./commands/vm-identity-assign.ts'),
  },
  {
    words: 'vm imds <id>',
    example: 'keystead vm imds /subscriptions/…/providers/Microsoft.Compute/virtualMachines/vm1',
    summary: "where a virtual machine's metadata service listens: whoever reaches it is that machine",
    options: [data, json],
    load: () => import('./commands/vm-imds.ts'),
  },
]
