import { lookUp } from '#model/names.ts'
import type { ProblemDetails } from '#model/problem.ts'
import { deniedSentence, refuseIn, type AwsTable, type AwsWords } from '#protocols/aws/problems.ts'
import { queryErrors } from '#protocols/aws/query-errors.ts'
import { namespace } from './site.ts'

const bad = (code: string, message: string): AwsWords => ({ status: 400, code, message })
const conflict = (code: string, message: string): AwsWords => ({ status: 409, code, message })

type Sentences = Readonly<Record<string, (name: string) => string>>

const cannotBeFound: Sentences = {
  user: name => `The user with name ${name} cannot be found.`,
  group: name => `The group with name ${name} cannot be found.`,
  role: name => `The role with name ${name} cannot be found.`,
  policy: name => `Policy ${name} was not found.`,
  policyArn: name => `Policy ${name} was not found.`,
  attachable: name => `Policy ${name} does not exist or is not attachable.`,
  boundaryScope: name => `Scope ARN: ${name} does not exist or is not attachable.`,
  boundary: name => `The permissions boundary of ${name} cannot be found.`,
  policyVersion: name => `Policy ${name} does not exist or is not attachable.`,
  userPolicy: name => `The user policy with name ${name} cannot be found.`,
  groupPolicy: name => `The group policy with name ${name} cannot be found.`,
  rolePolicy: name => `The role policy with name ${name} cannot be found.`,
  instanceProfile: name => `Instance Profile ${name} cannot be found.`,
  accessKey: name => `The Access Key with id ${name} cannot be found.`,
  identityProvider: name => `OpenIDConnect Provider not found for arn ${name}`,
  loginProfile: name => `Login Profile for User ${name} cannot be found.`,
  accountAlias: name => `The account alias ${name} is not an alias of this account.`,
  passwordPolicy: name => `The Password Policy with domain name ${name} cannot be found.`,
}

const existsAlready: Sentences = {
  user: name => `User with name ${name} already exists.`,
  group: name => `Group with name ${name} already exists.`,
  role: name => `Role with name ${name} already exists.`,
  policy: name => `A policy called ${name} already exists. Duplicate names are not allowed.`,
  instanceProfile: name => `Instance Profile ${name} already exists.`,
  identityProvider: name => `Provider with url ${name} already exists.`,
  accountAlias: name => `The account alias ${name} already exists.`,
}

const said = (sentences: Sentences, { type, name }: { readonly type: string; readonly name: string }, fallback: string): string =>
  lookUp(sentences, type)?.(name) ?? `${name} ${fallback}`

/** Refusals name a thing that is there, or may be, by its noun; what is to be made and lists by their ARN. */
const nouns: readonly (readonly [pattern: RegExp, noun: string])[] = [
  [/^arn:aws:iam::\d{12}:user\/(?:.*\/)?([^/]+)$/, 'user'],
  [/^arn:aws:iam::\d{12}:group\/(?:.*\/)?([^/]+)$/, 'group'],
  [/^arn:aws:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/, 'role'],
  [/^arn:aws:iam::\d{12}:instance-profile\/(?:.*\/)?([^/]+)$/, 'instance profile'],
  [/^(arn:aws:iam::(?:\d{12}|aws):policy\/.*[^/])$/, 'policy'],
]
const byArn =
  /^iam:(?:Create(?:User|Group|Role|Policy|InstanceProfile|ServiceLinkedRole)|PassRole|List(?:Users|Groups|Roles|Policies|InstanceProfiles))$/

function denied(details: ProblemDetails<'AccessDenied'>): AwsWords {
  const { action, scope } = details
  const noun = byArn.test(action)
    ? undefined
    : nouns.map(([pattern, word]) => [pattern.exec(scope)?.[1], word]).find(([name]) => name !== undefined)
  const message = deniedSentence(noun === undefined ? details : { ...details, scope: `${noun[1]} ${noun[0]}` })
  return { status: 403, code: 'AccessDenied', message }
}

const own: AwsTable = {
  AccessDenied: denied,
  EntityNotFound: details => ({ status: 404, code: 'NoSuchEntity', message: said(cannotBeFound, details, 'cannot be found.') }),
  EntityExists: details => conflict('EntityAlreadyExists', said(existsAlready, details, 'already exists.')),
  EntityInUse: ({ message }) => conflict('DeleteConflict', message),
  EntityUnmodifiable: ({ message }) => bad('UnmodifiableEntity', message),
  LimitExceeded: ({ message }) => conflict('LimitExceeded', message),
  InputInvalid: ({ message }) => bad('InvalidInput', message),
  PolicyMalformed: ({ message }) => bad('MalformedPolicyDocument', message),
  PolicyNotAttachable: ({ message }) => bad('PolicyNotAttachable', message),
}

export const refuse = refuseIn(queryErrors(namespace), own)
