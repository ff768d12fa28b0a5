// What each operation answers for a key in each state (aws-kms.md 3.1): a table of one service, and the one place where its sentences stand.
import type { Millis } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { keyArn } from './key-arn.ts'
import type { AccountKey, KeyStore } from './records.ts'
import { accountKeySpecs } from './specs.ts'
import { originNames } from './words.ts'

export type AccountKeyState =
  | 'enabled'
  | 'disabled'
  | 'pendingDeletion'
  | 'pendingReplicaDeletion'
  | 'pendingImport'
  | 'unavailable'
  | 'creating'
  | 'updating'

type Refusal = 'disabled' | 'pending deletion' | 'not pending deletion' | 'pending import' | 'unavailable' | 'creating' | 'updating'
type Row = { readonly [S in AccountKeyState]?: Refusal }

const pendingDeletion = { pendingDeletion: 'pending deletion', pendingReplicaDeletion: 'pending deletion' } as const
const notPending = 'not pending deletion'
const pendingImport = { pendingImport: 'pending import' } as const
const creating = { creating: 'creating' } as const
const updating = { updating: 'updating' } as const
const disabled = { disabled: 'disabled' } as const

/** What a key must be, whatever its state. Looked at first: what no state could change is said before the state. */
type Fit = 'generatedSymmetric' | 'symmetric' | 'generated' | 'imported'

const use: Row = { ...disabled, ...pendingDeletion, ...pendingImport, unavailable: 'unavailable', ...creating }
const change: Row = pendingDeletion
const rotation: Row = { ...disabled, ...pendingDeletion, ...pendingImport, ...creating }

/** States that are not in a row do not refuse. An operation that nothing refuses has no row: what is read, and what ends a right. */
const rows = {
  use: { refused: use },
  createGrant: { refused: { ...disabled, ...pendingDeletion, ...pendingImport, ...creating } },
  replicate: { refused: { ...disabled, ...pendingDeletion, ...pendingImport, ...creating, ...updating } },
  updatePrimaryRegion: { refused: { ...disabled, ...pendingDeletion, ...pendingImport, ...creating } },
  enable: { refused: { ...pendingDeletion, ...pendingImport, ...creating, ...updating } },
  disable: { refused: { ...pendingDeletion, ...pendingImport, ...creating, ...updating } },
  scheduleDeletion: { refused: { ...pendingDeletion, ...updating } },
  cancelDeletion: {
    refused: {
      enabled: notPending,
      disabled: notPending,
      pendingImport: notPending,
      unavailable: notPending,
      creating: notPending,
      updating: notPending,
    },
  },
  createAlias: { refused: change },
  /** Of the key that it is to name; the one that it named may be in any state. */
  updateAlias: { refused: change },
  tag: { refused: change },
  untag: { refused: change },
  updateDescription: { refused: change },
  enableRotation: { fit: 'generatedSymmetric', refused: rotation },
  disableRotation: { fit: 'generatedSymmetric', refused: rotation },
  rotateOnDemand: { fit: 'symmetric', refused: rotation },
  readRotation: { fit: 'generated', refused: {} },
  listRotations: { fit: 'symmetric', refused: {} },
  readImportParameters: { fit: 'imported', refused: { ...pendingDeletion, ...creating, ...updating } },
  importMaterial: { fit: 'imported', refused: { ...pendingDeletion, ...creating } },
  deleteMaterial: { fit: 'imported', refused: { ...creating, ...updating } },
} as const satisfies Record<string, { readonly fit?: Fit; readonly refused: Row }>

export type StatedOperation = keyof typeof rows
export const isStated = (name: string): name is StatedOperation => Object.hasOwn(rows, name)

/** Which of a key's facts the table looks at. */
export type KeyKind = Pick<AccountKey, 'origin' | 'spec'>

/** What the operation says of a key of this kind in this state; `undefined`: nothing against it. */
export function answerOf(
  operation: StatedOperation,
  { arn, kind, state }: { readonly arn: string; readonly kind: KeyKind; readonly state: AccountKeyState },
): Problem | undefined {
  const row: { readonly fit?: Fit; readonly refused: Row } = rows[operation]
  const misfit = row.fit === undefined ? undefined : fits[row.fit](kind)
  if (misfit !== undefined)
    return new Problem({ code: 'KeyOperationUnsupported', details: { message: `${arn} ${misfit} which is not valid for this operation.` } })
  const is = row.refused[state]
  if (is === undefined) return undefined
  return is === 'disabled'
    ? new Problem({ code: 'AccountKeyDisabled', details: { arn } })
    : new Problem({ code: 'AccountKeyStateInvalid', details: { arn, is } })
}

const originIs = ({ origin }: KeyKind, ...allowed: readonly AccountKey['origin'][]): string | undefined =>
  allowed.includes(origin) ? undefined : `origin is ${originNames[origin]}`
const symmetric = ({ spec }: KeyKind): string | undefined =>
  accountKeySpecs[spec].type === 'symmetric' ? undefined : `key spec is ${spec}`

/** What is wrong with a key, or `undefined` where it fits. */
const fits: { readonly [F in Fit]: (kind: KeyKind) => string | undefined } = {
  generatedSymmetric: kind => originIs(kind, 'generated') ?? symmetric(kind),
  symmetric: kind => originIs(kind, 'generated', 'imported') ?? symmetric(kind),
  // Pairs and codes of authentication included: they answer that they do not rotate.
  generated: kind => originIs(kind, 'generated'),
  imported: kind => originIs(kind, 'imported'),
}

/** What has run out is not here, whether or not it was taken away yet. */
const isHere = ({ imported }: AccountKey['materials'][number], at: number): boolean =>
  imported === undefined || (imported.present && (imported.validTo ?? Infinity) > at)

const awaitsImport = ({ origin, materials }: AccountKey, at: number): boolean =>
  origin === 'imported' && (materials.length === 0 || materials.some(one => one.state !== 'pendingRotation' && !isHere(one, at)))

/** `at`: now. `store`: where the key's material is kept, if that is a key store. */
export function stateOf(key: AccountKey, at: Millis, store?: KeyStore): AccountKeyState {
  if (key.deletion !== undefined) return key.deletion.at === undefined ? 'pendingReplicaDeletion' : 'pendingDeletion'
  if (awaitsImport(key, at)) return 'pendingImport'
  if (key.storeId !== undefined && store?.connection !== 'connected') return 'unavailable'
  return key.enabled ? 'enabled' : 'disabled'
}

/** The state now; of a key in a store by its connection, which is noted as read. */
export async function accountKeyState(
  { keyStores }: Needs<'keyStores'>,
  call: Call,
  { value, compartment }: HeldAccountKey,
): Promise<AccountKeyState> {
  if (value.storeId === undefined) return stateOf(value, call.at)
  const store = await keyStores.get(call, compartment, [value.storeId])
  return stateOf(value, call.at, store?.value)
}

/**
 * Ask for it after the permit: who may not do a thing does not learn the state (aws-kms.md 4.1).
 * Raises `AccountKeyDisabled`, `AccountKeyStateInvalid`, `KeyOperationUnsupported`.
 */
export async function assertKeyState(
  context: Needs<'keyStores'>,
  call: Call,
  { key, operation }: { readonly key: HeldAccountKey; readonly operation: StatedOperation },
): Promise<void> {
  const state = await accountKeyState(context, call, key)
  const refused = answerOf(operation, { arn: keyArn(key.value), kind: key.value, state })
  if (refused !== undefined) throw refused
}
