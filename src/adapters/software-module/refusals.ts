// What a caller is told of an input that does not fit (key-vault.md 1.5). Lengths and names, never values.
import type { Misfit } from '#crypto/algorithm-fit.ts'
import { Problem } from '#model/problem.ts'

/** `wanted`: what stands before "bytes". */
export const wrongLength = (algorithm: string, given: number, wanted: string): Problem =>
  new Problem({
    code: 'ValueLengthInvalid',
    details: {
      message: `Invalid length of 'value': ${given.toString()} bytes. ${algorithm} requires ${wanted} bytes, encoded with base64url.`,
    },
  })

export function incompatible(use: 'signing' | 'encryption', algorithm: string, { of, key, algorithm: wanted }: Misfit): Problem {
  const words = { curve: { noun: 'curve', verb: 'uses curve' }, type: { noun: 'key type', verb: 'has key type' } }[of]
  const message =
    `Key and ${use} algorithm are incompatible. Key ${words.verb} '${key}', ` +
    `and algorithm '${algorithm}' can only be used with ${words.noun} '${wanted}'.`
  return new Problem({ code: 'AlgorithmIncompatible', details: { message } })
}
