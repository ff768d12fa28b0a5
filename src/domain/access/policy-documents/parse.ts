import type { z } from 'zod'
import { checkStatements } from './check.ts'
import { documentSchema, type RawStatement } from './document-schema.ts'
import { refusePolicy } from './faults.ts'
import { eachString } from './json-strings.ts'
import { principalsOf } from './principals.ts'
import { ofPrincipals, type Listed, type PolicyDocument, type PolicyPurpose, type Statement, type WrittenCondition } from './syntax.ts'

/** What a service takes at all: key policies are Latin-1 (aws-kms.md 1.5), as are the others. */
const allowedCharacters = /^[\t\n\r\u0020-\u00FF]*$/

/**
 * Reads a policy document, strictly: no member is unknown or twice there, every operator is one.
 * Sizes are the caller's to check, and whether those it names exist (bound-principals.ts). Raises `PolicyMalformed`.
 */
export function parsePolicy(text: string, purpose: PolicyPurpose): PolicyDocument {
  if (!allowedCharacters.test(text)) refusePolicy(purpose, 'characters')
  const read = documentSchema.safeParse(jsonOf(text, purpose))
  if (!read.success) return refuseShape(read.error.issues, purpose)
  const { Version: version = '2008-10-17', Id: id, Statement: raw } = read.data
  // Identity policies of the first version are taken no more; key, bucket and trust policies of it are everywhere.
  if (ofPrincipals(purpose) && version === '2008-10-17') refusePolicy(purpose, 'version')
  checkStatements(raw, purpose, version)
  return { version, ...(id !== undefined && { id }), statements: raw.map(one => statementOf(one, purpose)) }
}

function jsonOf(text: string, purpose: PolicyPurpose): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    refusePolicy(purpose, 'json')
  }
  // The last of two members of one name would win without a word: a reader and the decision would see different documents.
  eachString(text, ({ repeated }) => {
    if (repeated) refusePolicy(purpose, 'syntax')
  })
  return value
}

/** The innermost cause decides between the words: an unknown field, the version, or the whole of it. */
function refuseShape(issues: readonly z.core.$ZodIssue[], purpose: PolicyPurpose): never {
  const issue = innermost(issues)
  if (issue?.code === 'unrecognized_keys') return refusePolicy(purpose, 'unknown-field', issue.keys[0])
  const ofVersion = issue?.path.at(-1) === 'Version' && (purpose === 'key' || purpose === 'bucket')
  return refusePolicy(purpose, ofVersion ? 'version' : 'syntax')
}

function innermost(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const [issue] = issues
  if (issue?.code !== 'invalid_union') return issue
  const depth = (of: readonly z.core.$ZodIssue[]): number => of[0]?.path.length ?? 0
  return innermost(issue.errors.toSorted((a, b) => depth(b) - depth(a))[0] ?? [])
}

function statementOf(raw: RawStatement, purpose: PolicyPurpose): Statement {
  const principals = principalsOf(raw, purpose)
  const actions = listedOf(raw.Action, raw.NotAction)
  const resources = listedOf(raw.Resource, raw.NotResource)
  return {
    ...(raw.Sid !== undefined && { sid: raw.Sid }),
    effect: raw.Effect,
    ...(principals !== undefined && { principals }),
    ...(actions !== undefined && { actions }),
    ...(resources !== undefined && { resources }),
    conditions: conditionsOf(raw.Condition ?? {}),
  }
}

function listedOf(values: readonly string[] | undefined, but: readonly string[] | undefined): Listed | undefined {
  if (values !== undefined) return { not: false, values }
  return but === undefined ? undefined : { not: true, values: but }
}

const conditionsOf = (raw: NonNullable<RawStatement['Condition']>): readonly WrittenCondition[] =>
  Object.entries(raw).flatMap(([operator, keys]) => Object.entries(keys).map(([key, values]) => ({ operator, key, values })))
