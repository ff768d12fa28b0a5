import type { KeyObject } from 'node:crypto'
import { freshBytes, openBox, sealBox } from '#crypto/derived-key-box.ts'
import { type Bytes, type Sealed, sealed } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'

/** A seal's own key, and the envelope it makes or opens: an envelope of another cluster or another kind of seal does not open. */
export interface RootBox {
  readonly key: KeyObject
  readonly kind: string
  readonly clusterId: string
}

const boxKey = ({ key, kind, clusterId }: RootBox) => ({
  key,
  label: 'keystead/seal',
  context: Buffer.from(`${kind}\0${clusterId}`, 'utf8'),
})

export function wrapRoot(box: RootBox, rootKey: Bytes, random: Random): Sealed {
  return sealed(sealBox(boxKey(box), rootKey, random.bytes(freshBytes)))
}

export function unwrapRoot(box: RootBox, wrapped: Sealed): SecretBytes | undefined {
  const rootKey = openBox(boxKey(box), wrapped)
  return rootKey === undefined ? undefined : new SecretBytes(rootKey)
}
