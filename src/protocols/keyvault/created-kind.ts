import { isMlDsa, mlDsaSpecs } from '#crypto/ml-dsa.ts'
import { namesOf } from '#model/names.ts'
import { Problem } from '#model/problem.ts'
import { kindOf, symmetricKind, symmetricType, type AnyKind, type KeyType, type MlDsaType } from '#domain/keys/specs.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { sinceDate } from './api-version.ts'

interface Asked {
  readonly kty: KeyType | MlDsaType | typeof symmetricType
  readonly key_size?: number | undefined
  readonly crv?: string | undefined
  readonly alg?: string | undefined
}

const mlDsaSince = '2026-05-01'

/** What a request for a new key names, by type: a size, a curve, a set of parameters. Raises `KeySizeNotSupported`, `InvalidBody`. */
export function createdKind({ kty, key_size: bits, crv, alg }: Asked, request: WireRequest): AnyKind {
  if (kty === symmetricType) return symmetricKind(bits)
  if (kty === 'AKP' || kty === 'AKP-HSM') return { spec: mlDsaSpec(alg, request), hsm: kty === 'AKP-HSM' }
  return kindOf({ type: kty, bits, crv })
}

/** A type of the previews: known from its own version on (key-vault.md 0.10, 1.2). */
export function mlDsaSpec(alg: string | undefined, request: WireRequest) {
  if (!sinceDate(request, mlDsaSince))
    throw new Problem({
      code: 'InvalidBody',
      details: { name: 'kty', message: `must not be AKP before the api-version ${mlDsaSince}-preview` },
    })
  if (alg !== undefined && isMlDsa(alg)) return alg
  throw new Problem({ code: 'InvalidBody', details: { name: 'alg', message: `must be one of ${namesOf(mlDsaSpecs).join(', ')}` } })
}
