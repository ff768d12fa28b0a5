import { data, json, type CommandRow } from './command-row.ts'

/** What rings when something is recorded, and advice. */
export const watchCommands: readonly CommandRow[] = [
  {
    words: 'advise kms',
    example: 'keystead advise kms --answer workloads=aws',
    summary: 'which key service for what runs where, and why; without answers all of it',
    options: [['--answer <question=value...>', 'workloads=aws|azure|both, hardware=shared|dedicated'], json],
    load: () => import('./commands/advise-kms.ts'),
  },
  {
    words: 'alarm add <name>',
    example:
      'keystead alarm add unexpected-decrypt --event Decrypt --except-principal arn:aws:iam::111122223333:role/ci --webhook https://127.0.0.1:9/a',
    summary: 'tell an address, signed, what is recorded and fits; the secret is shown once',
    options: [
      data,
      ['--event <name...>', 'operations that ring it, as rows or CloudTrail name them'],
      ['--resource <id...>', 'only on these: ARNs or ids'],
      ['--except-principal <id...>', 'who does not ring it: ARNs or ids'],
      ['--denied-more-than <n>', 'rings when more refusals than that came within the time'],
      ['--within <duration>', 'that time: 30s, 5m, 1h (5m)'],
      ['--webhook <url>', 'HTTPS address that is told; it may be private'],
      ['--webhook-ca <file>', 'PEM of the authority that it is trusted by, instead of the public ones'],
      json,
    ],
    load: () => import('./commands/alarm-add.ts'),
  },
  {
    words: 'alarm list',
    example: 'keystead alarm list',
    summary: 'alarms, and when each rang last',
    options: [data, json],
    load: () => import('./commands/alarm-list.ts'),
  },
  {
    words: 'alarm remove <name>',
    example: 'keystead alarm remove unexpected-decrypt',
    summary: 'it rings no more, nor for what was recorded before',
    options: [data, json],
    load: () => import('./commands/alarm-remove.ts'),
  },
  {
    words: 'alarm test <name>',
    example: 'keystead alarm test unexpected-decrypt',
    summary: 'send a message that is no alarm; exit 1 where it was not taken',
    options: [data, json],
    load: () => import('./commands/alarm-test.ts'),
  },
]
