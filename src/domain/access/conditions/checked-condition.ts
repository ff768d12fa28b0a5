import { Problem } from '#model/problem.ts'
import { parseCondition } from './parse.ts'
import { ConditionError } from './syntax.ts'

/** A condition as it may be stored; an empty one is none. Raises `ArmRefused` InvalidCondition. */
export function checkedCondition(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === '') return undefined
  try {
    parseCondition(text)
    return text
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error
    throw new Problem({
      code: 'ArmRefused',
      details: { status: 400, code: 'InvalidCondition', message: `The condition is no condition of version 2.0. ${error.message}` },
    })
  }
}
