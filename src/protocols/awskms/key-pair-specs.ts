import { dataKeyPairSpecs } from '#domain/envelopes/data-keys.ts'
import { namesOf } from '#model/names.ts'
import { Problem } from '#model/problem.ts'
import { enumOf } from '#protocols/aws/schemas.ts'

const names = [...namesOf(dataKeyPairSpecs), 'SM2'] as const

export const keyPairSpec = enumOf(names)

/** Raises `KeyOperationUnsupported` for what only other partitions make. */
export function pairSpecOf(name: (typeof names)[number]): keyof typeof dataKeyPairSpecs {
  if (name !== 'SM2') return name
  throw new Problem({ code: 'KeyOperationUnsupported', details: { message: 'KeyPairSpec SM2 is supported only in China Regions.' } })
}
