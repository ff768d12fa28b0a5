import { Problem } from '#model/problem.ts'
import type { PolicyPurpose } from './syntax.ts'

/** What can be wrong with a document. `what` of the sentences: the offending field or value. */
export type Fault =
  | 'json'
  | 'characters'
  | 'syntax'
  | 'unknown-field'
  | 'missing-field'
  | 'version'
  | 'operator'
  | 'value'
  | 'no-principal'
  | 'has-principal'
  | 'principal'
  | 'not-principal'
  | 'sid'
  | 'sid-repeated'
  | 'no-actions'
  | 'no-resources'
  | 'has-resources'
  | 'action-without-service'
  | 'action-with-colons'
  | 'action-service'
  | 'action-other'
  | 'resource-form'
  | 'resource-service'
  | 'overly-permissive'

type Words = Readonly<Record<Fault, (what: string) => string>>
const always = (sentence: string) => () => sentence

const syntax = always('Syntax errors in policy.')

const ofIdentities: Words = {
  json: syntax,
  characters: always('The specified value for policyDocument is invalid. It must contain only printable ASCII characters.'),
  syntax,
  'unknown-field': syntax,
  'missing-field': syntax,
  version: always('Policy document must be version 2012-10-17 or greater.'),
  operator: syntax,
  value: always('The policy failed legacy parsing'),
  'no-principal': always('Missing required field Principal'),
  'has-principal': always('Policy document should not specify a principal.'),
  principal: what => `Invalid principal in policy: ${what}`,
  'not-principal': always('Has prohibited field NotPrincipal'),
  sid: always('Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*'),
  'sid-repeated': always('Statement IDs (SID) in a single policy must be unique.'),
  'no-actions': always('Policy statement must contain actions.'),
  'no-resources': always('Policy statement must contain resources.'),
  'has-resources': always('Has prohibited field Resource'),
  'action-without-service': always('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'),
  'action-with-colons': always('Actions/Condition can contain only one colon.'),
  'action-service': what => `Vendor ${what} is not valid`,
  'action-other': always('AssumeRole policy may only specify STS AssumeRole actions.'),
  'resource-form': what => `Resource ${what} must be in ARN format or "*".`,
  'resource-service': always('Resource vendor must be fully qualified and cannot contain regexes.'),
  'overly-permissive': syntax,
}

const invalidAction = always('Policy contains a statement with one or more invalid actions.')
const ofKeys: Words = {
  ...ofIdentities,
  characters: always('Policy contains characters that are not valid.'),
  version: always('Policy version is not valid.'),
  operator: what => `Policy contains an invalid condition operator: ${what}`,
  value: what => `Policy contains an invalid condition value: ${what}`,
  'no-principal': always('Policy contains a statement with no principal.'),
  principal: always('Policy contains a statement with one or more invalid principals.'),
  'not-principal': always('Policy contains a statement with one or more invalid principals.'),
  'action-without-service': invalidAction,
  'action-with-colons': invalidAction,
  'action-service': invalidAction,
  'overly-permissive': what =>
    `OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches requests without the specified ${what} or with an unspecified ${what}. To fix, remove ForAllValues.`,
}

const policyAction = always('Policy has invalid action')
const ofBuckets: Words = {
  ...ofIdentities,
  json: always("Policies must be valid JSON and the first byte must be '{'"),
  characters: always("Policies must be valid JSON and the first byte must be '{'"),
  syntax: always('Invalid policy syntax.'),
  'unknown-field': what => `Unknown field ${what}`,
  'missing-field': what => `Missing required field ${what}`,
  version: always('The policy must contain a valid version string'),
  operator: what => `Invalid Condition type : ${what}`,
  value: always('Policy has an invalid condition value'),
  principal: always('Invalid principal in policy'),
  'not-principal': always('Allow with NotPrincipal is not allowed.'),
  'no-actions': always('Missing required field Action'),
  'no-resources': always('Missing required field Resource'),
  'action-without-service': policyAction,
  'action-with-colons': policyAction,
  'action-service': policyAction,
  'action-other': policyAction,
  'resource-form': always('Policy has invalid resource'),
  'resource-service': always('Policy has invalid resource'),
}

const words: Readonly<Record<PolicyPurpose, Words>> = {
  key: ofKeys,
  identity: ofIdentities,
  session: ofIdentities,
  boundary: ofIdentities,
  trust: ofIdentities,
  bucket: ofBuckets,
}

/** Refuses a document in the words of the service that it is written for. Raises `PolicyMalformed`. */
export function refusePolicy(purpose: PolicyPurpose, fault: Fault, what = ''): never {
  throw new Problem({ code: 'PolicyMalformed', details: { message: words[purpose][fault](what) } })
}
