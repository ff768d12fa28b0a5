import { data, json, type CommandRow } from './command-row.ts'

const sealOfStopped = [
  ['--seal-file <file>', 'key file of the seal, where the instance is stopped'],
  ['--passphrase-file <file>', 'passphrase of the seal, where the instance is stopped; - is standard input'],
  ['--pkcs11-module <file>', 'PKCS #11 module of the seal’s token, where the instance is stopped'],
  ['--pkcs11-token <label>', 'that token'],
  ['--pkcs11-pin-file <file>', 'its PIN'],
] as const

/** The record of everything that was asked: read, followed, verified, handed over. */
export const auditCommands: readonly CommandRow[] = [
  {
    words: 'audit query',
    example: 'keystead audit query --since 24h --denied',
    summary: 'records of the audit, oldest first',
    options: [
      data,
      ['--since <time>', 'such as 24h, 15m, 7d, or 2026-11-20T10:00:00Z'],
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
    options: [
      data,
      ['--no-records', 'the log alone'],
      ['--offline <dir>', 'what audit export wrote, without an instance'],
      ['--key <file>', 'with --offline: the key that must have signed it, as you were told it by another way'],
      ['--since <file>', 'with --offline: a checkpoint that you kept; what it covers must be the same'],
      ...sealOfStopped,
      json,
    ],
    load: () => import('./commands/audit-verify.ts'),
  },
  {
    words: 'audit export',
    example: 'keystead audit export --to evidence',
    summary: 'rows, leaves, signed checkpoint and public key, for an auditor who verifies them elsewhere',
    options: [
      data,
      ['--to <dir>', 'a folder that is empty, or is not there yet'],
      ['--since <time>', 'such as 24h, 7d, or 2026-11-20T10:00:00Z (all of it)'],
      ...sealOfStopped,
      json,
    ],
    load: () => import('./commands/audit-export.ts'),
  },
  {
    words: 'audit head',
    example: 'keystead audit head > checkpoint',
    summary: 'the newest signed checkpoint',
    options: [data, json],
    load: () => import('./commands/audit-head.ts'),
  },
]
