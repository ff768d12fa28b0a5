// The four named curves y² = x³ + ax + b over GF(p) (SEC 2 v2 2.4.1, 2.4.2, 2.5.1, 2.6.1; SP 800-186 3.2.1), cofactor 1.
import type { KeySpec } from './key-specs.ts'

export type EcSpecName = Extract<KeySpec, `P-${string}`>

export interface Curve {
  readonly p: bigint
  readonly a: bigint
  readonly b: bigint
  /** Order of the base point. */
  readonly n: bigint
  /** Content of its OBJECT IDENTIFIER, hex. */
  readonly oid: string
}

const p256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const p384 = 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n
const p521 = 2n ** 521n - 1n

export const curves: Readonly<Record<EcSpecName, Curve>> = {
  'P-256': {
    p: p256,
    a: p256 - 3n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    oid: '2a8648ce3d030107',
  },
  'P-256K': {
    p: 2n ** 256n - 2n ** 32n - 977n,
    a: 0n,
    b: 7n,
    n: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
    oid: '2b8104000a',
  },
  'P-384': {
    p: p384,
    a: p384 - 3n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    oid: '2b81040022',
  },
  'P-521': {
    p: p521,
    a: p521 - 3n,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    n: 0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    oid: '2b81040023',
  },
}

/** Coordinates below p that satisfy the equation. The point at infinity has none. */
export function onCurve({ p, a, b }: Curve, x: bigint, y: bigint): boolean {
  return x < p && y < p && (y * y - (x * x * x + a * x + b)) % p === 0n
}
