import { Problem } from '#model/problem.ts'
import { parsePolicy } from '#domain/access/policy-documents/parse.ts'
import type { PolicyDocument, PolicyPurpose } from '#domain/access/policy-documents/syntax.ts'
import { invalidInput } from '#domain/accounts/entities.ts'

/** A document that is asked about and never kept: one that is none is an input that is none. Raises `InputInvalid`. */
export function askedDocument(text: string, purpose: PolicyPurpose): PolicyDocument {
  try {
    return parsePolicy(text, purpose)
  } catch (error) {
    if (!(error instanceof Problem) || error.body.code !== 'PolicyMalformed') throw error
    throw invalidInput(`Invalid policy: ${error.body.details.message}`)
  }
}

const variable = /\$\{([A-Za-z][\w-]*:[^},]+)/g

/** Every condition key that policies ask for, in conditions and as variables; each once. Raises `InputInvalid`. */
export function contextKeysIn(texts: readonly string[]): readonly string[] {
  const keys = texts.flatMap(text => {
    const conditions = askedDocument(text, 'identity').statements.flatMap(statement => statement.conditions.map(({ key }) => key))
    return [...conditions, ...[...text.matchAll(variable)].map(([, key = '']) => key)]
  })
  return [...new Map(keys.map(key => [key.toLowerCase(), key])).values()].sort()
}
