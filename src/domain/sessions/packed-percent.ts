import { deflateRawSync } from 'node:zlib'
import { Problem } from '#model/problem.ts'

/** Bytes of documents and tags, packed, that may travel with a session. */
const packedBytesMax = 4_096

interface Packed {
  readonly policies: readonly string[]
  readonly policyArns: readonly string[]
  readonly tags: Readonly<Record<string, string>>
}

const percentOf = (packed: Packed): number => Math.ceil((deflateRawSync(JSON.stringify(packed)).length * 100) / packedBytesMax)
/** Most sessions carry nothing, and packing it would be a tenth of giving one. */
const percentOfNothing = percentOf({ policies: [], policyArns: [], tags: {} })

/** Of what may travel with a session, in per cent. Raises `PackedPolicyTooLarge`. */
export function packedPercentOf(packed: Packed): number {
  const { policies, policyArns, tags } = packed
  const carriesNothing = policies.length === 0 && policyArns.length === 0 && Object.keys(tags).length === 0
  const percent = carriesNothing ? percentOfNothing : percentOf(packed)
  if (percent > 100) throw new Problem({ code: 'PackedPolicyTooLarge', details: { percent } })
  return percent
}
