import { conditionOf, type Condition } from './evaluate.ts'
import { parseCondition } from './parse.ts'
import { ConditionError } from './syntax.ts'

/** A stored condition, ready to be asked; one that is not understood (a record of a later version) is never true. */
export function conditionIn(text: string | undefined): Condition | undefined {
  if (text === undefined) return undefined
  try {
    return conditionOf(parseCondition(text))
  } catch (error) {
    if (error instanceof ConditionError) return () => undefined
    throw error
  }
}
