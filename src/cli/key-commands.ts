import { data, json, server, type CommandRow } from './command-row.ts'

const as = ['--as <app>', 'as this application, by a secret made for this command alone (the administrator)'] as const
const confirm = ['--confirm <name>', 'the name once more, instead of typing it'] as const
const output = ['--output <file>', 'into a file that only you can read, raw'] as const
const wishes = [
  ['--expires <when>', 'a span such as 90d, or a date'],
  ['--not-before <when>', 'likewise: it counts from then on'],
  ['--disabled', 'it waits to be enabled'],
  ['--tag <name=value...>', 'labels'],
] as const
const alg = ['--alg <name>', 'such as RS256, PS256, ES256, RSA-OAEP-256, ML-DSA-65'] as const
const file = ['--file <file>', 'what it is done with; - is standard input'] as const
const digest = ['--digest-file <file>', 'a digest made elsewhere, instead of --file'] as const

/** Keys of vaults, as a caller of the vault's own wire. */
export const keyCommands: readonly CommandRow[] = [
  {
    words: 'key create <key>',
    example: 'keystead key create kv1/k1 --type RSA --size 3072',
    summary: 'a new key, or a new version of one that is there',
    options: [
      data,
      as,
      ...server,
      ['--type <type>', 'RSA, EC, AKP, and what the vault has besides (RSA)'],
      ['--size <bits>', 'of RSA: 2048, 3072, 4096'],
      ['--curve <name>', 'of EC: P-256, P-384, P-521, P-256K'],
      ['--alg <name>', 'of AKP: ML-DSA-44, ML-DSA-65, ML-DSA-87'],
      ['--hsm', 'the kind that premium vaults call HSM'],
      ['--ops <operation...>', 'what it may (all that its type can)'],
      ...wishes,
      json,
    ],
    load: () => import('./commands/key-create.ts'),
  },
  {
    words: 'key show <key>',
    example: 'keystead key show kv1/k1',
    summary: 'a key as the vault shows it, and who used it last',
    options: [data, as, ...server, ['--pem', 'the public half alone, as PEM'], json],
    load: () => import('./commands/key-show.ts'),
  },
  {
    words: 'key rotate <key>',
    example: 'keystead key rotate kv1/k1',
    summary: 'a new version; what asks for the key without a version uses it from now on',
    options: [data, as, ...server, json],
    load: async () => (await import('./commands/key-change.ts')).rotate,
  },
  {
    words: 'key enable <key>',
    example: 'keystead key enable kv1/k1',
    summary: 'let it be used again; the current version, unless one is named',
    options: [data, as, ...server, json],
    load: async () => (await import('./commands/key-change.ts')).enable,
  },
  {
    words: 'key disable <key>',
    example: 'keystead key disable kv1/k1 --confirm kv1/k1',
    summary: 'nobody uses it any more, disks included; says first what stops, and wants its name where something does',
    options: [data, as, confirm, json],
    load: async () => (await import('./commands/key-change.ts')).disable,
  },
  {
    words: 'key delete <key>',
    example: 'keystead key delete kv1/k1 --confirm kv1/k1',
    summary: 'delete it, to be recovered while its days last; says first what stops',
    options: [data, as, confirm, json],
    load: async () => (await import('./commands/key-remove.ts')).remove,
  },
  {
    words: 'key recover <key>',
    example: 'keystead key recover kv1/k1',
    summary: 'a deleted key as it was, all versions',
    options: [data, as, ...server, json],
    load: async () => (await import('./commands/key-remove.ts')).recover,
  },
  {
    words: 'key purge <key>',
    example: 'keystead key purge kv1/k1 --confirm kv1/k1',
    summary: 'destroy a deleted key; cannot be undone',
    options: [data, as, confirm, json],
    load: async () => (await import('./commands/key-remove.ts')).purge,
  },
  {
    words: 'key import <key>',
    example: 'keystead key import kv1/k1 --file key.pem',
    summary: 'bring a key of your own: PEM, DER, JWK, or a transfer blob (BYOK)',
    options: [
      data,
      as,
      ...server,
      ['--file <file>', 'the private key; - is standard input'],
      ['--passphrase-file <file>', 'passphrase of an encrypted PEM'],
      ['--hsm', 'the kind that premium vaults call HSM'],
      ['--type <type>', 'of a transfer blob: RSA, EC (RSA)'],
      ['--ops <operation...>', 'what it may (all that its type can)'],
      ...wishes,
      json,
    ],
    load: () => import('./commands/key-import.ts'),
  },
  {
    words: 'key sign <key>',
    example: 'keystead key sign kv1/k1 --alg RS256 --file message --output signature',
    summary: 'hash a file here, and sign the digest with the key',
    options: [data, as, ...server, alg, file, digest, output, json],
    load: async () => (await import('./commands/key-use.ts')).sign,
  },
  {
    words: 'key verify <key>',
    example: 'keystead key verify kv1/k1 --alg RS256 --file message --signature signature',
    summary: 'is the signature of this key and this file? exit code 1 where it is not',
    options: [data, as, ...server, alg, file, digest, ['--signature <file>', 'as sign wrote it: raw, or base64url'], json],
    load: async () => (await import('./commands/key-use.ts')).verify,
  },
  {
    words: 'key wrap <key>',
    example: 'keystead key wrap kv1/k1 --alg RSA-OAEP-256 --file dek --output dek.wrapped',
    summary: 'wrap a key of yours under it',
    options: [data, as, ...server, alg, file, output, json],
    load: async () => (await import('./commands/key-use.ts')).wrap,
  },
  {
    words: 'key unwrap <key>',
    example: 'keystead key unwrap kv1/k1 --alg RSA-OAEP-256 --file dek.wrapped --output dek',
    summary: 'what was wrapped, into a file that only you can read',
    options: [data, as, ...server, alg, file, output, ['--reveal', 'to standard output instead'], json],
    load: async () => (await import('./commands/key-use.ts')).unwrap,
  },
  {
    words: 'impact <key>',
    example: 'keystead impact kv1/k1 --delete',
    summary: 'what would stop if a key were disabled: disks, machines, objects; and who has used it. Nothing is done',
    options: [
      data,
      ['--disable', 'the version that is named, else the current one (this)'],
      ['--delete', 'all of its versions'],
      ['--purge', 'a deleted one, for good'],
      ['--rotate', 'what follows to a new version, and what stays behind'],
      json,
    ],
    load: () => import('./commands/impact.ts'),
  },
  {
    words: 'drill <key>',
    example: 'keystead drill kv1/k1 --for 10s',
    summary: 'really disable a key, watch what stops, enable it again, and compare with impact; exit code 1 where it is not as predicted',
    options: [
      data,
      as,
      ['--for <duration>', 'how long it stays off when all has stopped: 10s (1s)'],
      ['--production', 'though the key or what is under it is tagged environment=prod'],
      ['--guard', 'what the drill calls itself as: waits on standard input, and enables the key when the drill is gone'],
      json,
    ],
    load: () => import('./commands/drill.ts'),
  },
]

/** Secrets of vaults: values come from files, and are shown where that is asked for by name. */
export const secretCommands: readonly CommandRow[] = [
  {
    words: 'secret set <secret>',
    example: 'keystead secret set kv1/db-password --file -',
    summary: 'a new value; from a file, standard input (-), or asked for without it',
    options: [
      data,
      as,
      ...server,
      ['--file <file>', 'the value, without the line break at its end; - is standard input'],
      ['--content-type <text>', 'what it is'],
      ...wishes,
      json,
    ],
    load: () => import('./commands/secret-set.ts'),
  },
  {
    words: 'secret show <secret>',
    example: 'keystead secret show kv1/db-password --reveal',
    summary: 'what is known of it; its value with --reveal or --output alone',
    options: [
      data,
      as,
      ...server,
      ['--reveal', 'the value too'],
      ['--output <file>', 'the value into a file that only you can read'],
      json,
    ],
    load: () => import('./commands/secret-show.ts'),
  },
  {
    words: 'secret list <vault>',
    example: 'keystead secret list kv1',
    summary: 'secrets of a vault, never their values',
    options: [data, as, ...server, ['--deleted', 'those that can be recovered'], json],
    load: () => import('./commands/secret-list.ts'),
  },
  {
    words: 'secret delete <secret>',
    example: 'keystead secret delete kv1/db-password',
    summary: 'delete it, to be recovered while its days last',
    options: [data, as, ...server, json],
    load: async () => (await import('./commands/secret-remove.ts')).remove,
  },
  {
    words: 'secret recover <secret>',
    example: 'keystead secret recover kv1/db-password',
    summary: 'a deleted secret as it was, all versions',
    options: [data, as, ...server, json],
    load: async () => (await import('./commands/secret-remove.ts')).recover,
  },
  {
    words: 'secret purge <secret>',
    example: 'keystead secret purge kv1/db-password --confirm kv1/db-password',
    summary: 'destroy a deleted secret; cannot be undone',
    options: [data, as, ...server, confirm, json],
    load: async () => (await import('./commands/secret-remove.ts')).purge,
  },
]
