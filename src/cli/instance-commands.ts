import { data, json, type CommandRow } from './command-row.ts'

const sealOfStopped = [
  ['--seal-file <file>', 'key file of the seal, where the instance is stopped'],
  ['--passphrase-file <file>', 'passphrase of the seal, where the instance is stopped; - is standard input'],
] as const

/** What concerns the instance itself, and whoever looks after it. */
export const instanceCommands: readonly CommandRow[] = [
  {
    words: 'doctor',
    example: 'keystead doctor --client az',
    summary: 'what keeps an instance from standing, or a client from reaching it; exit 1 where something is wrong',
    options: [
      data,
      ['--config <file>', 'the configuration file that start is given'],
      ['--client <name>', 'az, python, node, go, java, terraform, curl, aws, boto3: as it would be started in this shell'],
      ['--deep', 'read everything: every record opens, the audit is intact, every chunk and object is whole'],
      ...sealOfStopped,
      json,
    ],
    load: () => import('./commands/doctor.ts'),
  },
]
