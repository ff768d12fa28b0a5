import type { Run } from './command.ts'

export interface CommandRow {
  readonly words: string
  /** One line to copy: the first thing that help shows. */
  readonly example: string
  readonly summary: string
  readonly options?: readonly (readonly [flags: string, description: string])[]
  /** Loaded when it is called: `--help` costs no server. */
  load(): Promise<{ readonly run: Run }>
}

const data = ['--data <dir>', 'the instance by its data directory (default: $KEYSTEAD_DATA, else ./data)'] as const
const json = ['--json', 'one JSON document on stdout'] as const

const sealFile = ['--seal-file <file>', 'the key file of a seal, instead of the one where the instance looks for it'] as const
const proofPassphraseFile = ['--proof-passphrase-file <file>', 'the passphrase of a seal that there is; - is standard input'] as const

const userPassword = [
  ['--password-file <file>', 'the password; - is standard input; asked for without it'],
  ['--generate', 'a new password of six words, shown once'],
  ['--must-change', 'the user is asked for another one at the next sign-in'],
] as const

const sealOfStopped = [
  ['--seal-file <file>', 'key file of the seal, where the instance is stopped'],
  ['--passphrase-file <file>', 'passphrase of the seal, where the instance is stopped; - is standard input'],
] as const

/** The tree of people.md 4.2, as far as it is built. */
export const commands: readonly CommandRow[] = [
  {
    words: 'start',
    example: 'keystead start --data ./data --port 8443',
    summary: 'start an instance; an empty directory is initialised first',
    options: [
      data,
      ['--port <n>', 'TLS port (8443)'],
      ['--domain <name>', 'DNS name below which everything is served (keystead.test)'],
      ['--proxy-port <n|off>', 'loopback CONNECT proxy (8480; free with --port)'],
      ['--health-port <n>', 'health on loopback (9464; free with --port)'],
      ['--seal-file <file>', 'key file of the seal, outside the data directory'],
      ['--access-policies <open|guarded>', 'guarded: policies of a vault are written only by who may give roles there (open)'],
      ['--log-level <level>', 'error, warn, info, silent (warn)'],
      ['--federation-hosts <list>', 'hosts of token issuers outside: host, host:port, *.suffix (none)'],
      ['--outgoing-ca-file <file>', 'an authority that is trusted besides the public ones, outside'],
      ['--trusted-proxies <list>', 'addresses and ranges of proxies in front whose X-Forwarded-For counts (none)'],
      ['--no-discovery-alias', 'do not answer instance discovery for login.microsoftonline.com'],
      json,
    ],
    load: () => import('./commands/start.ts'),
  },
  {
    words: 'stop',
    example: 'keystead stop --data ./data',
    summary: 'stop the running instance',
    options: [data, json],
    load: () => import('./commands/stop.ts'),
  },
  {
    words: 'status',
    example: 'keystead status --json',
    summary: 'how the instance is',
    options: [data, json],
    load: () => import('./commands/status.ts'),
  },
  {
    words: 'env',
    example: 'eval "$(keystead env)"',
    summary: 'what a client needs to reach the instance, as shell exports',
    options: [data, ['--shell <kind>', 'posix, fish, powershell, dotenv (posix)'], ['--unset', 'undo all of it'], json],
    load: () => import('./commands/env.ts'),
  },
  {
    words: 'exec [command...]',
    example: 'keystead exec -- az keyvault list',
    summary: 'run a command with the instance in reach: keystead exec -- az keyvault list',
    options: [
      data,
      ['--pass <host...>', 'hosts outside that the command may reach'],
      ['--report <file>', 'what was served and refused, as JSON'],
    ],
    load: () => import('./commands/exec.ts'),
  },
  {
    words: 'app add <name>',
    example: 'keystead app add ci --json',
    summary: 'an application with a secret, shown once',
    options: [data, ['--days <n>', 'how long the secret lives (180)'], json],
    load: () => import('./commands/app-add.ts'),
  },
  {
    words: 'user create <name>',
    example: 'keystead user create alice@contoso.example --password-file ./password',
    summary: 'a user of the tenant, who signs in with a name and a password',
    options: [data, ['--display-name <text>', 'what is shown (the name in front of the @)'], ...userPassword, json],
    load: () => import('./commands/user-create.ts'),
  },
  {
    words: 'user password <name>',
    example: 'keystead user password alice@contoso.example',
    summary: 'another password; ends every session and token of the user',
    options: [data, ...userPassword, json],
    load: () => import('./commands/user-password.ts'),
  },
  {
    words: 'user disable <name>',
    example: 'keystead user disable alice@contoso.example',
    summary: 'lock a user out, from the next request on; --undo lets back in',
    options: [data, ['--undo', 'let the user sign in again'], json],
    load: () => import('./commands/user-disable.ts'),
  },
  {
    words: 'tenant password-grant <on|off>',
    example: 'keystead tenant password-grant off',
    summary: "may clients take users' passwords themselves, beside the sign-in page? off unless you say so",
    options: [data, json],
    load: () => import('./commands/tenant-password-grant.ts'),
  },
  {
    words: 'disk export <id>',
    example: 'keystead disk export /subscriptions/…/providers/Microsoft.Compute/disks/data1',
    summary: 'serve a disk over NBD, or tell again where it is served',
    options: [data, json],
    load: () => import('./commands/disk-export.ts'),
  },
  {
    words: 'vm imds <id>',
    example: 'keystead vm imds /subscriptions/…/providers/Microsoft.Compute/virtualMachines/vm1',
    summary: "where a virtual machine's metadata service listens: whoever reaches it is that machine",
    options: [data, json],
    load: () => import('./commands/vm-imds.ts'),
  },
  {
    words: 'access explain <principal> [action] [scope]',
    example: 'keystead access explain OBJECT_ID keys/sign /subscriptions/…/vaults/kv1',
    summary: 'may it, by what, and what would let it',
    options: [data, json],
    load: () => import('./commands/access-explain.ts'),
  },
  {
    words: 'access review',
    example: 'keystead access review --duties --csv',
    summary: 'who can do what in which vault, and why; exit code 1 where something is found',
    options: [
      data,
      ['--scope <scope>', 'vaults at this place and below: a resource id, or a vault by name'],
      ['--principal <who>', 'this principal alone'],
      ['--action <action>', 'those alone who may do this, such as keys/sign'],
      ['--duties', 'flag who both manages a vault and uses what is in it'],
      ['--csv', 'one line a principal and vault, for a spreadsheet'],
      json,
    ],
    load: () => import('./commands/access-review.ts'),
  },
  {
    words: 'audit query',
    example: 'keystead audit query --since 24h --denied',
    summary: 'records of the audit, oldest first',
    options: [
      data,
      ['--since <duration>', 'such as 24h, 15m, 7d'],
      ['--resource <text>', 'in the resource id'],
      ['--principal <id>', 'object id'],
      ['--denied', 'refusals alone'],
      ['--limit <n>', 'at most so many'],
      ...sealOfStopped,
      json,
    ],
    load: () => import('./commands/audit-query.ts'),
  },
  {
    words: 'audit tail',
    example: 'keystead audit tail --follow',
    summary: 'the newest records, and those to come',
    options: [
      data,
      ['--follow', 'go on'],
      ['--resource <text>', 'in the resource id'],
      ['--principal <id>', 'object id'],
      ['--denied', 'refusals alone'],
      json,
    ],
    load: () => import('./commands/audit-tail.ts'),
  },
  {
    words: 'audit verify',
    example: 'keystead audit verify --data ./data',
    summary: 'was anything changed, removed or rolled back? exits 0 intact, 1 tampered, 2 cannot tell',
    options: [data, ['--no-records', 'the log alone'], ...sealOfStopped, json],
    load: () => import('./commands/audit-verify.ts'),
  },
  {
    words: 'audit head',
    example: 'keystead audit head > checkpoint',
    summary: 'the newest signed checkpoint',
    options: [data, json],
    load: () => import('./commands/audit-head.ts'),
  },
  {
    words: 'unseal',
    example: 'keystead unseal',
    summary: 'open a sealed instance: by a passphrase, which is asked for, or by its key file',
    options: [data, ['--passphrase-file <file>', 'the passphrase; - is standard input; asked for without it'], sealFile, json],
    load: () => import('./commands/unseal.ts'),
  },
  {
    words: 'seal list',
    example: 'keystead seal list',
    summary: 'what opens the instance',
    options: [data, json],
    load: () => import('./commands/seal-list.ts'),
  },
  {
    words: 'seal add',
    example: 'keystead seal add --kind passphrase',
    summary: 'one more seal, by the proof of one that there is',
    options: [
      data,
      ['--kind <kind>', 'passphrase or key-file'],
      ['--passphrase-file <file>', 'the new passphrase; - is standard input; asked for without it'],
      ['--generate', 'a new passphrase of six words, shown once'],
      ['--file <file>', 'where the new key file is made, or is, outside the data directory'],
      sealFile,
      proofPassphraseFile,
      json,
    ],
    load: () => import('./commands/seal-add.ts'),
  },
  {
    words: 'seal remove <id>',
    example: 'keystead seal remove 0b9c1f2e-5d9e-4a57-8d0e-6f2f3c1f7a11',
    summary: 'take a seal away, by the proof of one that there is; never the last',
    options: [data, sealFile, proofPassphraseFile, json],
    load: () => import('./commands/seal-remove.ts'),
  },
  {
    words: 'seal now',
    example: 'keystead seal now --confirm keystead.test',
    summary: 'emergency: drop every key from memory; nothing is answered until somebody unseals',
    options: [data, ['--confirm <domain>', 'instead of typing the name of the instance'], json],
    load: () => import('./commands/seal-now.ts'),
  },
  {
    words: 'version',
    example: 'keystead version',
    summary: 'versions of Keystead, Node, OpenSSL, SQLite',
    options: [json],
    load: () => import('./commands/version.ts'),
  },
]

/** What the words in front of a group's commands stand for. */
export const groups: Readonly<Record<string, string>> = {
  app: 'applications that sign in',
  user: 'people who sign in',
  tenant: 'rules of the directory',
  disk: 'disks and where they are served',
  access: 'who may do what, and why',
  audit: 'the record of everything that was asked',
  seal: 'ways to the root key',
}
