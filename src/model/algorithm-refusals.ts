// What a caller is told of an input that does not fit (key-vault.md 1.5). Lengths and names, never values.
import type { Misfit } from '#crypto/algorithm-fit.ts'
import { Problem } from './problem.ts'

/** `wanted`: what stands before "bytes". */
export const wrongLength = (algorithm: string, given: number, wanted: string): Problem =>
  new Problem({
    code: 'ValueLengthInvalid',
    details: {
      message: `Invalid length of 'value': ${given.toString()} bytes. ${algorithm} requires ${wanted} bytes, encoded with base64url.`,
    },
  })

export function incompatible(use: 'signing' | 'encryption', algorithm: string, { of, key, algorithm: wanted }: Misfit): Problem {
  const words = {
    curve: { noun: 'curve', verb: 'uses curve' },
    type: { noun: 'key type', verb: 'has key type' },
    size: { noun: 'key size', verb: 'has key size' },
    parameters: { noun: 'parameter set', verb: 'has parameter set' },
  }[of]
  const misfit = `${words.verb} '${key}', and algorithm '${algorithm}' can only be used with ${words.noun} '${wanted}'`
  return new Problem({ code: 'AlgorithmIncompatible', details: { use, misfit } })
}

/** A parameter of an algorithm beside its value. */
export const wrongParameter = (name: string, message: string): Problem => new Problem({ code: 'InvalidBody', details: { name, message } })
