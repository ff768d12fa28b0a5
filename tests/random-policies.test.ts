// The decision for accounts against a slow model of it: 50,000 random cases, or KEYSTEAD_CASES of them (issue 10: 1,000,000 agree).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Held } from '#domain/records/family.ts'
import type { AccountRole, AccountUser } from '#domain/accounts/records.ts'
import type { GivenGrant } from '#domain/access/permit.ts'
import { permissionRow, permissions, type Permission } from '#domain/access/permissions.ts'
import {
  abroad,
  accountWorld,
  asRoot,
  asSession,
  asUser,
  home,
  keyArn,
  policyOf,
  questionOf,
  rootOf,
} from '#domain/access/rule-books/account-testing.ts'
import {
  modelAllows,
  type ModelDocument,
  type ModelEntity,
  type ModelGrant,
  type ModelPrincipals,
  type ModelQuestion,
  type ModelStatement,
} from './permissions/account-model.ts'
import { randomBy, type Randomness } from './permissions/randomness.ts'

const cases = Number(process.env['KEYSTEAD_CASES'] ?? 50_000)
const seed = Number(process.env['KEYSTEAD_SEED'] ?? 1)
const questionsPerWorld = 40

const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name)
const asked = (
  [
    'accountKey.encrypt',
    'accountKey.decrypt',
    'accountKey.describe',
    'accountKey.disable',
    'accountKey.generateDataKey',
    'accountKey.scheduleDeletion',
    'keyGrant.list',
  ] as const
).filter(isPermission)
const actions = asked.map(permission => permissionRow(permission).account ?? '')
const otherKey = keyArn.replace('1234abcd', '9876fedc')
const object = 'arn:aws:s3:::bucket/folder/thing'

const accounts = [home, abroad]
const userArns = accounts.flatMap(account => ['ann', 'bob'].map(name => `arn:aws:iam::${account}:user/${name}`))
const roleArns = accounts.map(account => `arn:aws:iam::${account}:role/ci`)
const sessionArns = accounts.map(account => `arn:aws:sts::${account}:assumed-role/ci/session`)
const teams = ['red', 'blue', 'RED']

function action(random: Randomness): string {
  if (random.chance(0.25)) return random.pick(['*', 'kms:*', 'kms:De*', 'kms:*crypt', 'KMS:ENC*', 'kms:?ncrypt', 's3:*', 'kms:*Key*'])
  return random.pick(actions)
}

function resource(random: Randomness): string {
  if (random.chance(0.5)) return '*'
  const own = ['${aws:username}', '${aws:PrincipalTag/team}', "${aws:PrincipalTag/team, 'none'}"]
  return random.pick([
    keyArn,
    otherKey,
    `arn:aws:kms:*:${home}:key/*`,
    'arn:aws:kms:*:*:alias/*',
    'arn:aws:kms',
    'arn:aws:kms:eu-*:*:key/1234abcd-????-34cd-56ef-1234567890ab',
    'arn:aws:s3:::bucket/*',
    `arn:aws:s3:::bucket/${random.pick(own)}/*`,
  ])
}

const several = <T>(random: Randomness, make: (random: Randomness) => T): T | readonly T[] =>
  random.chance(0.6) ? make(random) : Array.from({ length: 1 + random.below(3) }, () => make(random))

const conditionMakers: readonly ((random: Randomness) => readonly [operator: string, key: string, values: string | readonly string[]])[] = [
  random => [
    `${random.pick(['String', 'StringNot'])}${random.pick(['Equals', 'Like', 'EqualsIgnoreCase'])}`.replace(
      'NotEqualsIgnoreCase',
      'NotEqualsIgnoreCase',
    ),
    random.pick(['kms:EncryptionContext:dept', 'kms:EncryptionContext:Dept']),
    several(random, one => one.pick(['hr', 'it', 'h*', 'HR', '${aws:PrincipalTag/team}', "${aws:PrincipalTag/none, 'hr'}", '${*}', 'h?'])),
  ],
  random => [
    `${random.pick(['ForAnyValue:', 'ForAllValues:', ''])}${random.pick(['StringEquals', 'StringNotEquals', 'StringLike'])}${random.pick(['', 'IfExists'])}`,
    'kms:EncryptionContextKeys',
    several(random, one => one.pick(['dept', 'env', 'D*', 'other'])),
  ],
  random => [
    random.pick(['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringEqualsIfExists', 'StringNotLike']),
    'aws:PrincipalTag/team',
    several(random, one => one.pick([...teams, 'b*'])),
  ],
  random => [
    random.pick(['ArnLike', 'ArnEquals', 'ArnNotEquals', 'ArnNotLike']),
    random.pick(['aws:PrincipalArn', 'AWS:principalarn']),
    several(random, one =>
      one.pick([
        ...userArns,
        ...roleArns,
        'arn:aws:iam::*:user/*',
        `arn:aws:iam::${home}`,
        'arn:aws:iam::*:*/ann',
        '*',
        'arn:aws:iam::*:user/${aws:username}',
      ]),
    ),
  ],
  random => [
    'Null',
    random.pick(['aws:username', 'kms:EncryptionContext:dept', 'kms:ViaService', 'aws:PrincipalTag/team']),
    random.pick(['true', 'false']),
  ],
  random => [
    random.pick(['NumericEquals', 'NumericLessThan', 'NumericGreaterThanEquals', 'NumericLessThanIfExists', 'NumericNotEquals']),
    'kms:ScheduleKeyDeletionPendingWindowInDays',
    random.pick(['7', '14', '30']),
  ],
  random => [
    random.pick(['StringEquals', 'StringLike', 'StringNotEquals']),
    'kms:ViaService',
    random.pick(['s3.eu-central-1.amazonaws.com', 's3.*', 'ec2.eu-central-1.amazonaws.com']),
  ],
  random => [
    random.pick(['Bool', 'BoolIfExists']),
    random.pick(['aws:ViaAWSService', 'aws:MultiFactorAuthPresent']),
    random.pick(['true', 'false']),
  ],
]

/** Keys' documents refuse what would be too lenient; the model need not know. */
const isLenient = (operator: string, key: string): boolean =>
  operator.startsWith('ForAllValues') && key.startsWith('kms:EncryptionContext:')

function condition(random: Randomness): Pick<ModelStatement, 'Condition'> {
  if (random.chance(0.6)) return {}
  const made: Record<string, Record<string, string | readonly string[]>> = {}
  for (let left = 1 + random.below(2); left > 0; left -= 1) {
    const [operator, key, values] = random.pick(conditionMakers)(random)
    if (!isLenient(operator, key)) made[operator] = { ...made[operator], [key]: values }
  }
  return { Condition: made }
}

const about = (random: Randomness) => ({
  ...(random.chance(0.85) ? { Action: several(random, action) } : { NotAction: several(random, action) }),
  ...(random.chance(0.9) ? { Resource: several(random, resource) } : { NotResource: several(random, resource) }),
  ...condition(random),
})

const document = (random: Randomness, most: number): ModelDocument =>
  Array.from({ length: 1 + random.below(most) }, () => ({
    Effect: random.chance(0.85) ? ('Allow' as const) : ('Deny' as const),
    ...about(random),
  }))

const principal = (random: Randomness): string =>
  random.pick([...userArns, ...roleArns, ...sessionArns, ...accounts.map(rootOf), home, rootOf(home), ...(random.chance(0.3) ? ['*'] : [])])

function ownDocument(random: Randomness, thing: 'key' | 'bucket'): ModelDocument {
  const statements = Array.from({ length: 1 + random.below(3) }, (): ModelStatement => {
    const named: ModelPrincipals = random.chance(0.1) ? '*' : { AWS: several(random, principal) }
    const part = about(random)
    const ofBucket = { Action: '*', Resource: random.pick(['arn:aws:s3:::bucket/*', 'arn:aws:s3:::other/*']) }
    const what = thing === 'key' ? part : { ...ofBucket, ...(part.Condition !== undefined && { Condition: part.Condition }) }
    if (random.chance(0.2))
      return {
        Effect: 'Deny',
        NotPrincipal: random.chance(0.1)
          ? '*'
          : { AWS: [...random.some(userArns, 3), principal(random), ...random.some(accounts.map(rootOf), 2)] },
        ...what,
      }
    return { Effect: random.chance(0.85) ? 'Allow' : 'Deny', Principal: named, ...what }
  })
  const opening: ModelStatement = {
    Effect: 'Allow',
    Principal: { AWS: accounts.map(rootOf) },
    Action: thing === 'key' ? 'kms:*' : '*',
    Resource: thing === 'key' ? '*' : 'arn:aws:s3:::bucket/*',
  }
  return random.chance(0.6) ? [opening, ...statements] : statements
}

const contexts = [{}, { dept: 'hr' }, { dept: 'it', env: 'prod' }, { dept: 'HR' }, { Dept: 'hr', other: 'x' }]

const grant = (random: Randomness): ModelGrant => ({
  grantee: random.pick([...userArns, ...roleArns, ...sessionArns, ...accounts.map(rootOf)]),
  operations: random.some(['Encrypt', 'Decrypt', 'DescribeKey', 'GenerateDataKey'], 3),
  ...(random.chance(0.3) && { equals: random.pick(contexts) }),
  ...(random.chance(0.3) && { subset: random.pick(contexts) }),
})

interface Someone {
  readonly account: string
  readonly entity: ModelEntity | undefined
  readonly tags: Readonly<Record<string, string>>
  readonly user?: Held<AccountUser>
  readonly role?: Held<AccountRole>
}

/** The same people for the code, by the feed, and for the model. */
function peopleOf(random: Randomness) {
  const world = accountWorld()
  const own = () => Array.from({ length: random.below(3) }, () => document(random, 2))
  const people: Someone[] = accounts.map(account => ({ account, entity: undefined, tags: {} }))
  for (const account of accounts) {
    const shared = own()
    const members = random.some(['ann', 'bob'], 2)
    world.group({ name: 'staff', accountId: account, members: [...members], inlinePolicies: textsOf(shared) })
    for (const name of ['ann', 'bob', 'ci']) {
      const policies = own()
      const limit = random.chance(0.25) ? document(random, 3) : undefined
      const tags: Record<string, string> = random.chance(0.6) ? { team: random.pick(teams) } : {}
      const boundary = limit === undefined ? {} : { boundary: world.managed(`limit-${account}-${name}`, limit) }
      const said = { name, accountId: account, tags, inlinePolicies: textsOf(policies), ...boundary }
      const type = name === 'ci' ? 'role' : 'user'
      const entity: ModelEntity = {
        account,
        arn: `arn:aws:iam::${account}:${type}/${name}`,
        policies: [...policies, ...(members.includes(name) ? shared : [])],
        boundary: limit,
      }
      people.push({ account, entity, tags, ...(type === 'role' ? { role: world.role(said) } : { user: world.user(said) }) })
    }
  }
  return { world, people }
}

const textsOf = (documents: readonly ModelDocument[]): Record<string, string> =>
  Object.fromEntries(documents.map((statements, at) => [`p${at}`, policyOf(statements)]))

function factsOf(question: {
  readonly someone: Someone
  readonly via: string | undefined
  readonly context: Readonly<Record<string, string>>
  readonly days: string | undefined
}) {
  const { someone, via, context, days } = question
  const { entity, tags, role, account } = someone
  const said: Record<string, string | readonly string[]> = {}
  for (const [key, value] of Object.entries(context)) said[`kms:encryptioncontext:${key.toLowerCase()}`] = value
  if (Object.keys(context).length > 0) said['kms:encryptioncontextkeys'] = Object.keys(context)
  if (days !== undefined) said['kms:schedulekeydeletionpendingwindowindays'] = days
  const known: Record<string, string | readonly string[]> = {
    ...said,
    'aws:principalarn': entity?.arn ?? rootOf(account),
    'aws:viaawsservice': String(via !== undefined),
    ...(role !== undefined && { 'aws:multifactorauthpresent': 'false' }),
    ...(entity !== undefined && role === undefined && { 'aws:username': entity.arn.split('/')[1] ?? '' }),
    ...(tags['team'] !== undefined && { 'aws:principaltag/team': tags['team'] }),
    ...(via !== undefined && { 'kms:viaservice': `${via}.eu-central-1.amazonaws.com` }),
  }
  return { said, known }
}

test(`${cases} random cases are decided as the slow model decides them`, () => {
  const random = randomBy(seed)
  const outcomes = { allowed: 0, refused: 0 }
  for (let done = 0; done < cases;) {
    const { world, people } = peopleOf(random)
    const documents = { key: ownDocument(random, 'key'), bucket: ownDocument(random, 'bucket'), account: undefined }
    const grants = random.chance(0.5) ? Array.from({ length: 1 + random.below(3) }, () => grant(random)) : []
    const narrowing = [document(random, 2), document(random, 2)]
    for (let at = 0; at < questionsPerWorld && done < cases; at += 1) {
      const someone = random.pick(people)
      const permission = random.pick(asked)
      const thing = random.chance(0.75) ? 'key' : random.pick(['bucket', 'account'] as const)
      const context = random.pick(contexts)
      const via = random.chance(0.2) ? 's3' : undefined
      const days = random.chance(0.5) ? random.pick(['7', '14', '30']) : undefined
      const sessionPolicies = someone.role !== undefined && random.chance(0.4) ? narrowing.slice(random.below(2)) : []
      const facts = factsOf({ someone, via, context, days })
      const arn = thing === 'key' ? keyArn : thing === 'bucket' ? object : '*'
      const row = permissionRow(permission)
      const question: ModelQuestion = {
        account: someone.account,
        entity: someone.entity,
        session: someone.role === undefined ? undefined : `arn:aws:sts::${someone.account}:assumed-role/ci/session`,
        sessionPolicies,
        action: row.account ?? '',
        across: row.across === true,
        thing,
        arn,
        home,
        document: documents[thing],
        grants: thing === 'key' ? grants : [],
        context,
        facts: facts.known,
      }
      const expected = modelAllows(question)
      const who = principalOf(someone, sessionPolicies, via)
      const asking = questionOf(who, permission, {
        kind: thing,
        arn,
        encryptionContext: context,
        said: { 'aws:requestedregion': 'eu-central-1', ...facts.said },
        ...(documents[thing] !== undefined && { policy: documents[thing] }),
        grants: grants.map(asGiven),
      })
      const got = world.policies.book(asking)?.allowed === true
      if (got !== expected)
        assert.fail(
          `seed ${seed}, case ${done}: model ${expected}, code ${got} (${JSON.stringify(world.policies.weigh(asking))})\n${JSON.stringify(question, undefined, 1)}`,
        )
      outcomes[got ? 'allowed' : 'refused'] += 1
      done += 1
    }
  }
  assert.ok(outcomes.allowed > cases / 20 && outcomes.refused > cases / 20, JSON.stringify(outcomes))
})

const asGiven = ({ grantee, operations, equals, subset }: ModelGrant, serial: number): GivenGrant => ({
  id: `g${serial}`,
  grantee,
  operations,
  constraints: { ...(equals && { equals }), ...(subset && { subset }) },
})

function principalOf({ account, user, role }: Someone, sessionPolicies: readonly ModelDocument[], via: string | undefined) {
  const who =
    user !== undefined
      ? asUser(user)
      : role !== undefined
        ? asSession(role, { sessionPolicies: sessionPolicies.map(policyOf) })
        : asRoot(account)
  return via === undefined || who.acting === undefined ? who : { ...who, acting: { ...who.acting, via } }
}
