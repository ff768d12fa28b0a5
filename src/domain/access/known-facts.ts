import type { Scope } from '#model/brands.ts'
import type { Attribute, Source } from './conditions/syntax.ts'
import type { FactValue, Judged } from './conditions/evaluate.ts'
import type { Question } from './permit.ts'

/** Attributes that conditions read, in lower case (identity-and-arm.md 3.4; key-vault.md 7 for secrets). */
export const attributes = {
  roleDefinitionId: 'microsoft.authorization/roleassignments:roledefinitionid',
  principalId: 'microsoft.authorization/roleassignments:principalid',
  principalType: 'microsoft.authorization/roleassignments:principaltype',
  vaultName: 'microsoft.keyvault/vaults:name',
  secretName: 'microsoft.keyvault/vaults/secrets:name',
} as const

/** What the caller's request says comes first; then what the place says by itself, and the clock. */
export const judgedBy = (question: Question, action: string): Judged => ({
  action,
  facts: attribute => {
    if (attribute.name === attributes.secretName && attribute.source !== sourceOfSecret(action)) return undefined
    return question.facts(attribute) ?? placeFact(attribute, question.on) ?? moment(attribute, question)
  },
})

/** A secret that is made now is an attribute of the request, one that is there of the resource. */
const sourceOfSecret = (action: string): Source => (/\/secrets\/(?:setSecret|restore)\/action$/i.test(action) ? 'Request' : 'Resource')

function placeFact({ source, name }: Attribute, on: Scope): FactValue | undefined {
  const [, vault, secret] = /\/providers\/microsoft\.keyvault\/vaults\/([^/]+)(?:\/secrets\/([^/]+))?/.exec(on.at(-1) ?? '') ?? []
  if (name === attributes.vaultName && source === 'Resource' && vault !== undefined) return { anyCase: vault }
  return name === attributes.secretName && secret !== undefined ? { anyCase: secret } : undefined
}

const moment = ({ source, name }: Attribute, { at }: Question): string | undefined =>
  source === 'Environment' && name === 'utcnow' && at !== undefined ? Temporal.Instant.fromEpochMilliseconds(at).toString() : undefined

/** What is written in, or stands in, a role assignment, as conditions on passing roles on ask for it. */
export function assignmentFact(
  { name }: Attribute,
  said: { readonly roleId: string; readonly principalId: string; readonly principalType?: string | undefined },
): string | undefined {
  if (name === attributes.roleDefinitionId) return said.roleId
  if (name === attributes.principalId) return said.principalId
  return name === attributes.principalType ? said.principalType : undefined
}
