import { createECDH } from 'node:crypto'
import { curves, onCurve } from './curves.ts'
import type { EcSpecName } from './curves.ts'
import { bytesOf, integerOf } from './integers.ts'
import { keySpecs } from './key-specs.ts'
import { ecPkcs8 } from './private-key.ts'
import { ecPublicKey, ecSpecNames } from './public-key.ts'

/** RFC 7518 6.2.2. */
export interface EcPrivateJwk {
  readonly kty: 'EC'
  readonly crv: string
  readonly x: Uint8Array
  readonly y: Uint8Array
  readonly d: Uint8Array
}

/** A named curve, a point on it, a scalar in range, and the point is the scalar's (SP 800-56A 5.6.2.1). Scalars and points leave at their fixed width. */
export function judgeEcKey({ crv, ...members }: EcPrivateJwk) {
  const spec = ecSpecNames.find(name => name === crv)
  if (spec === undefined) return { flaw: 'the curve is not supported' }
  const width = keySpecs[spec].coordinateBytes
  const [x, y, d] = [integerOf(members.x), integerOf(members.y), integerOf(members.d)]
  if (!onCurve(curves[spec], x, y)) return { flaw: 'x and y are not a point of the curve' }
  if (d === 0n || d >= curves[spec].n) return { flaw: 'd is not between 0 and the order of the curve' }
  const point = Uint8Array.from([4, ...bytesOf(x, width), ...bytesOf(y, width)])
  const scalar = bytesOf(d, width)
  try {
    if (Buffer.compare(pointOf(spec, scalar), point) !== 0) return { flaw: 'x and y are not the public half of d' }
    return { spec, pkcs8: ecPkcs8(spec, scalar, point), publicKey: ecPublicKey(spec, point) }
  } finally {
    scalar.fill(0)
  }
}

/** d·G, uncompressed. */
function pointOf(spec: EcSpecName, scalar: Uint8Array): Uint8Array {
  const key = createECDH(keySpecs[spec].opensslName)
  key.setPrivateKey(scalar)
  return key.getPublicKey()
}
