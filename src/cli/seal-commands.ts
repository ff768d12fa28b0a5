import { data, json, type CommandRow } from './command-row.ts'

const sealFile = ['--seal-file <file>', 'the key file of a seal, instead of the one where the instance looks for it'] as const
const proofPassphraseFile = ['--proof-passphrase-file <file>', 'the passphrase of a seal that there is; - is standard input'] as const

const proofPinFile = ['--proof-pin-file <file>', 'the PIN of the token that a seal is on; - is standard input'] as const
const token = [
  ['--pkcs11-module <file>', 'PKCS #11 module of the token, instead of the one that the instance was started with'],
  ['--pkcs11-token <label>', 'the token, likewise'],
] as const

/** The ways to the root key, and new keys below them. */
export const sealCommands: readonly CommandRow[] = [
  {
    words: 'unseal',
    example: 'keystead unseal',
    summary: 'open a sealed instance: by a passphrase, which is asked for, by its key file, or by its token',
    options: [
      data,
      ['--passphrase-file <file>', 'the passphrase; - is standard input; asked for without it'],
      sealFile,
      ['--pkcs11-pin-file <file>', 'the PIN of the token; - is standard input'],
      ...token,
      json,
    ],
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
    words: 'rotate root',
    example: 'keystead rotate root --passphrase-file -',
    summary: 'a new root key, under every seal that is shown; copies made before keep theirs',
    options: [
      data,
      ['--seal-file <files...>', 'key files of seals, instead of the one where the instance looks for it'],
      ['--passphrase-file <files...>', 'passphrases of seals; - is standard input'],
      ['--pkcs11-pin-file <file>', 'the PIN of the token that a seal is on; - is standard input'],
      ...token,
      ['--drop <ids...>', 'seals that are given up: they open the new key no more'],
      json,
    ],
    load: () => import('./commands/rotate-root.ts'),
  },
  {
    words: 'rotate compartment <name>',
    example: 'keystead rotate compartment kv1',
    summary: 'a new key for what lies in a vault, a tenant, a subscription, an account or its Region; the old one is destroyed',
    options: [data, ['--no-wait', 'do not wait for its end'], json],
    load: () => import('./commands/rotate-compartment.ts'),
  },
  {
    words: 'rotate status',
    example: 'keystead rotate status',
    summary: 'what is rotated now, and what was lately',
    options: [data, json],
    load: () => import('./commands/rotate-status.ts'),
  },
  {
    words: 'hierarchy',
    example: 'keystead hierarchy',
    summary: 'what opens what: the seals, the root key, and the keys below it in their generations',
    options: [data, json],
    load: () => import('./commands/hierarchy.ts'),
  },
  {
    words: 'seal add',
    example: 'keystead seal add --kind passphrase',
    summary: 'one more seal, by the proof of one that there is',
    options: [
      data,
      ['--kind <kind>', 'passphrase, key-file or pkcs11'],
      ['--passphrase-file <file>', 'the new passphrase; - is standard input; asked for without it'],
      ['--generate', 'a new passphrase of six words, shown once'],
      ['--file <file>', 'where the new key file is made, or is, outside the data directory'],
      ['--pkcs11-pin-file <file>', 'the PIN of the new seal’s token; - is standard input; asked for without it'],
      ...token,
      sealFile,
      proofPassphraseFile,
      proofPinFile,
      json,
    ],
    load: () => import('./commands/seal-add.ts'),
  },
  {
    words: 'seal remove <id>',
    example: 'keystead seal remove 0b9c1f2e-5d9e-4a57-8d0e-6f2f3c1f7a11',
    summary: 'take a seal away, by the proof of one that there is; never the last',
    options: [data, sealFile, proofPassphraseFile, proofPinFile, json],
    load: () => import('./commands/seal-remove.ts'),
  },
  {
    words: 'seal now',
    example: 'keystead seal now --confirm keystead.test',
    summary: 'emergency: drop every key from memory; nothing is answered until somebody unseals',
    options: [data, ['--confirm <domain>', 'instead of typing the name of the instance'], json],
    load: () => import('./commands/seal-now.ts'),
  },
]
