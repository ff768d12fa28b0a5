// Every operation × state × kind of key, against the service's table as it is published (aws-kms.md 3.1), written down by hand and not made from the code.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answerOf, type AccountKeyState, type KeyKind, type StatedOperation } from '#domain/account-keys/key-states.ts'

const arn = 'arn:aws:kms:us-east-1:111122223333:key/00000000-1111-4222-8333-444444444444'

const kinds = {
  symmetric: { origin: 'generated', spec: 'SYMMETRIC_DEFAULT' },
  pair: { origin: 'generated', spec: 'RSA_2048' },
  mac: { origin: 'generated', spec: 'HMAC_256' },
  imported: { origin: 'imported', spec: 'SYMMETRIC_DEFAULT' },
  importedPair: { origin: 'imported', spec: 'ECC_NIST_P256' },
  store: { origin: 'keyStore', spec: 'SYMMETRIC_DEFAULT' },
  external: { origin: 'externalKeyStore', spec: 'SYMMETRIC_DEFAULT' },
} as const satisfies Record<string, KeyKind>
type KindName = keyof typeof kinds

/** The columns; a key pending deletion and one that waits for its replicas' share one. `-`: no such key gets there. */
const columns: readonly (readonly AccountKeyState[])[] = [
  ['enabled'],
  ['disabled'],
  ['pendingDeletion', 'pendingReplicaDeletion'],
  ['pendingImport'],
  ['unavailable'],
  ['creating'],
  ['updating'],
]

const cryptography: readonly (readonly [string, StatedOperation])[] = [
  'Encrypt',
  'Decrypt',
  'ReEncrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'Sign',
  'Verify',
  'GenerateMac',
  'VerifyMac',
  'GetPublicKey',
  'DeriveSharedSecret',
  'Encapsulate',
  'Decapsulate',
].map(name => [name, 'use'])

/** Footnotes of the table: name of the error and its sentence. */
const notes: Readonly<Record<string, readonly [code: string, sentence: string]>> = {
  1: ['AccountKeyDisabled', `${arn} is disabled.`],
  3: ['AccountKeyStateInvalid', `${arn} is pending deletion.`],
  4: ['AccountKeyStateInvalid', `${arn} is not pending deletion.`],
  5: ['AccountKeyStateInvalid', `${arn} is pending import.`],
  11: ['AccountKeyStateInvalid', `${arn} is unavailable.`],
  14: ['AccountKeyStateInvalid', `${arn} is creating.`],
  15: ['AccountKeyStateInvalid', `${arn} is updating.`],
}
const origins = { generated: 'AWS_KMS', imported: 'EXTERNAL', keyStore: 'AWS_CLOUDHSM', externalKeyStore: 'EXTERNAL_KEY_STORE' } as const
const ofOrigin = (kind: KindName): string => `${arn} origin is ${origins[kinds[kind].origin]} which is not valid for this operation.`
const ofSpec = (kind: KindName): string => `${arn} key spec is ${kinds[kind].spec} which is not valid for this operation.`

interface TableRow {
  readonly operations: readonly (readonly [name: string, operation: StatedOperation])[]
  /** Enabled, Disabled, pending deletion, PendingImport, Unavailable, Creating, Updating. */
  readonly cells: string
  /** Footnotes 6, 7 and 9: kinds that the operation is not for, in whatever state. */
  readonly notForOrigin?: readonly KindName[]
  readonly notForSpec?: readonly KindName[]
}

const same = (...operations: readonly (readonly [string, StatedOperation])[]): TableRow['operations'] => operations
const outside = ['imported', 'importedPair', 'store', 'external'] as const
const notImported = ['symmetric', 'pair', 'mac', 'store', 'external'] as const

const table: readonly TableRow[] = [
  { operations: cryptography, cells: 'Y 1 3 5 11 14 Y' },
  { operations: same(['CreateGrant', 'createGrant']), cells: 'Y 1 3 5 Y 14 Y' },
  { operations: same(['ReplicateKey', 'replicate']), cells: 'Y 1 3 5 - 14 15' },
  { operations: same(['UpdatePrimaryRegion', 'updatePrimaryRegion']), cells: 'Y 1 3 5 - 14 Y' },
  { operations: same(['EnableKey', 'enable'], ['DisableKey', 'disable']), cells: 'Y Y 3 5 Y 14 15' },
  { operations: same(['ScheduleKeyDeletion', 'scheduleDeletion']), cells: 'Y Y 3 Y Y Y 15' },
  { operations: same(['CancelKeyDeletion', 'cancelDeletion']), cells: '4 4 Y 4 4 4 4' },
  {
    operations: same(
      ['CreateAlias', 'createAlias'],
      ['TagResource', 'tag'],
      ['UntagResource', 'untag'],
      ['UpdateKeyDescription', 'updateDescription'],
      ['UpdateAlias', 'updateAlias'],
    ),
    cells: 'Y Y 3 Y Y Y Y',
  },
  {
    operations: same(['EnableKeyRotation', 'enableRotation'], ['DisableKeyRotation', 'disableRotation']),
    cells: 'Y 1 3 - - 14 Y',
    notForOrigin: outside,
    notForSpec: ['pair', 'mac'],
  },
  {
    // Imported symmetric keys turn to what was imported for it.
    operations: same(['RotateKeyOnDemand', 'rotateOnDemand']),
    cells: 'Y 1 3 5 - 14 Y',
    notForOrigin: ['store', 'external'],
    notForSpec: ['pair', 'mac', 'importedPair'],
  },
  // Pairs and codes of authentication answer that they do not rotate.
  { operations: same(['GetKeyRotationStatus', 'readRotation']), cells: 'Y Y Y - - Y Y', notForOrigin: outside },
  {
    operations: same(['ListKeyRotations', 'listRotations']),
    cells: 'Y Y Y Y - Y Y',
    notForOrigin: ['store', 'external'],
    notForSpec: ['pair', 'mac', 'importedPair'],
  },
  { operations: same(['GetParametersForImport', 'readImportParameters']), cells: 'Y Y 3 Y - 14 15', notForOrigin: notImported },
  { operations: same(['ImportKeyMaterial', 'importMaterial']), cells: 'Y Y 3 Y - 14 Y', notForOrigin: notImported },
  { operations: same(['DeleteImportedKeyMaterial', 'deleteMaterial']), cells: 'Y Y Y Y - 14 15', notForOrigin: notImported },
]

function expected({ cells, notForOrigin = [], notForSpec = [] }: TableRow, column: number, kind: KindName) {
  if (notForOrigin.includes(kind)) return ['KeyOperationUnsupported', ofOrigin(kind)]
  if (notForSpec.includes(kind)) return ['KeyOperationUnsupported', ofSpec(kind)]
  const cell = cells.split(' ')[column] ?? assert.fail('a cell for each column')
  return cell === 'Y' || cell === '-' ? undefined : notes[cell]
}

function answered(operation: StatedOperation, kind: KeyKind, state: AccountKeyState) {
  const body = answerOf(operation, { arn, kind, state })?.body
  if (body?.code === 'AccountKeyDisabled') return [body.code, `${body.details.arn} is disabled.`]
  if (body?.code === 'AccountKeyStateInvalid') return [body.code, `${body.details.arn} is ${body.details.is}.`]
  if (body?.code === 'KeyOperationUnsupported') return [body.code, body.details.message]
  assert.equal(body, undefined)
  return undefined
}

describe('what an operation answers by the state of its key', () => {
  for (const row of table)
    for (const [name, operation] of row.operations)
      test(name, () => {
        for (const [column, states] of columns.entries())
          for (const state of states)
            for (const kind of Object.keys(kinds) as readonly KindName[]) {
              // oxlint-disable-line typescript/no-unsafe-type-assertion -- names of the table above
              if (row.cells.split(' ')[column] === '-') continue
              assert.deepEqual(answered(operation, kinds[kind], state), expected(row, column, kind), `${kind} ${state}`)
            }
      })
})
