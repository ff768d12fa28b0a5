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
  {
    words: 'init',
    example: 'keystead init --seal passphrase --data ./data',
    summary: 'a root key and its first seal, in a directory that has none; nothing is started',
    options: [
      data,
      ['--config <file>', 'the configuration file that start is given'],
      ['--seal <kind>', 'key-file, passphrase (key-file)'],
      ['--seal-file <file>', 'of a key file: where it lies or is made, outside the data directory'],
      ['--passphrase-file <file>', 'the passphrase; - is standard input; asked for without it'],
      ['--shares <n>', 'refused: there is no seal in shares'],
      ['--threshold <k>', 'refused, likewise'],
      json,
    ],
    load: () => import('./commands/init.ts'),
  },
  {
    words: 'hosts',
    example: 'keystead hosts --write',
    summary: 'hosts lines for clients without the proxy, and how the system comes to trust the root',
    options: [
      data,
      ['--write', 'put them into the file, in a block of their own'],
      ['--remove', 'take that block away'],
      ['--file <file>', 'another file than /etc/hosts'],
      ['--trust', 'print what to type for the trust store of the system'],
      json,
    ],
    load: () => import('./commands/hosts.ts'),
  },
  {
    words: 'completion <shell>',
    example: 'source <(keystead completion bash)',
    summary: 'completes commands, options, names of vaults and keys: bash, zsh, fish',
    options: [],
    load: () => import('./commands/completion.ts'),
  },
  {
    words: 'topic <code>',
    example: 'keystead help audit-tampered',
    summary: 'what a code of a failure means, and what to do: keystead help CODE',
    options: [json],
    load: () => import('./commands/help-topic.ts'),
  },
  {
    words: 'backup create',
    example: 'keystead backup create --to keystead.age --recipient age1…',
    summary: 'the running instance as it is now, disks and objects too, in one file that the recipients alone can read',
    options: [
      data,
      ['--to <file>', 'a file that is not there yet'],
      ['--recipient <key...>', 'of age: age1…; the secret key stays elsewhere'],
      ['--recipients-file <file...>', 'one a line'],
      json,
    ],
    load: () => import('./commands/backup-create.ts'),
  },
  {
    words: 'restore <file>',
    example: 'keystead restore keystead.age --into ./restored --identity backup-key.txt',
    summary: 'unpack a backup where nothing is; refused where a newer state of the same instance is known',
    options: [
      data,
      ['--into <dir>', 'a folder that is empty, or is not there yet'],
      ['--identity <file>', "a recipient's secret key (age-keygen); - is standard input"],
      ['--checkpoint <file...>', 'a checkpoint that you kept: an older backup is refused'],
      ['--accept-rollback', 'the older state is wanted: what was revoked, purged or rotated since is undone'],
      json,
    ],
    load: () => import('./commands/restore.ts'),
  },
]
