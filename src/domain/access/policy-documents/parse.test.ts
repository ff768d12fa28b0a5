import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '#model/problem.ts'
import { parsePolicy } from './parse.ts'
import type { PolicyPurpose } from './syntax.ts'

const root = 'arn:aws:iam::111122223333:root'
const good = { Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' }
const identity = { Effect: 'Allow', Action: 'kms:*', Resource: '*' }
const trust = { Effect: 'Allow', Principal: { AWS: root }, Action: 'sts:AssumeRole' }
const bucket = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }
const document = (...statements: readonly unknown[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements })

/** The sentence of the refusal, or `fine`. */
function said(text: string, purpose: PolicyPurpose): string {
  try {
    parsePolicy(text, purpose)
    return 'fine'
  } catch (error) {
    if (error instanceof Problem && error.body.code === 'PolicyMalformed') return error.body.details.message
    throw error
  }
}

const syntax = 'Syntax errors in policy.'
const principals = 'Policy contains a statement with one or more invalid principals.'
const noPrincipal = 'Policy contains a statement with no principal.'

const cases: readonly (readonly [title: string, text: string, purpose: PolicyPurpose, expected: string])[] = [
  ['a statement by itself', JSON.stringify({ Version: '2012-10-17', Statement: good }), 'key', 'fine'],
  ['no version', JSON.stringify({ Statement: good }), 'key', 'fine'],
  ['nothing', '', 'key', syntax],
  ['no JSON', 'not json', 'key', syntax],
  ['a list', '[]', 'key', syntax],
  ['an empty object', '{}', 'key', syntax],
  ['no statement', JSON.stringify({ Version: '2012-10-17' }), 'key', syntax],
  ['no statements', document(), 'key', syntax],
  ['another version', JSON.stringify({ Version: '2020-01-01', Statement: good }), 'key', 'Policy version is not valid.'],
  ['an unknown member', JSON.stringify({ Version: '2012-10-17', Statement: good, Rules: [] }), 'key', syntax],
  ['an unknown member of a statement', document({ ...good, When: {} }), 'key', syntax],
  ['a member in another case', document({ ...identity, effect: 'Allow' }), 'identity', syntax],
  ['a member twice', '{"Version":"2012-10-17","Statement":[],"Statement":[]}', 'key', syntax],
  [
    'a member twice, spelled apart',
    document(good).replace('"Action":"kms:*"', '"Action":"kms:*","\\u0041ction":"kms:Encrypt"'),
    'key',
    syntax,
  ],
  [
    'an operator twice',
    document({ ...good, Condition: { Bool: { 'a:b': 'x' } } }).replace('"Condition":{', '"Condition":{"Bool":{},'),
    'key',
    syntax,
  ],
  ['the same names in two statements', document(good, good), 'key', 'fine'],
  ['letters beyond U+00FF', document({ ...good, Sid: 'Ā' }), 'key', 'Policy contains characters that are not valid.'],
  ['letters up to U+00FF', document({ ...good, Sid: 'Zürich ÿ' }), 'key', 'fine'],
  ['an effect in another case', document({ ...good, Effect: 'allow' }), 'key', syntax],
  ['action and all but actions', document({ ...good, NotAction: 'kms:*' }), 'key', syntax],
  ['no principal', document(identity), 'key', noPrincipal],
  ['an empty principal', document({ ...good, Principal: {} }), 'key', noPrincipal],
  ['a word for a principal', document({ ...good, Principal: { AWS: 'nobody' } }), 'key', principals],
  ['a pattern for a principal', document({ ...good, Principal: { AWS: 'arn:aws:iam::111122223333:user/*' } }), 'key', principals],
  ['a group for a principal', document({ ...good, Principal: { AWS: 'arn:aws:iam::111122223333:group/g' } }), 'key', principals],
  ['a text that is no star', document({ ...good, Principal: root }), 'key', syntax],
  ['another type of principal', document({ ...good, Principal: { Azure: 'x' } }), 'key', syntax],
  [
    'every type of principal',
    document({
      ...good,
      Principal: {
        AWS: [
          '*',
          '111122223333',
          root,
          'arn:aws:iam::111122223333:user/team/u',
          'arn:aws:iam::111122223333:role/r',
          'arn:aws:sts::111122223333:assumed-role/r/session',
          'AIDAJQABLZS4A3QDU576Q',
          'AROAJQABLZS4A3QDU576Q:session',
        ],
        Service: 's3.amazonaws.com',
        Federated: 'arn:aws:iam::111122223333:oidc-provider/login.example/v2.0',
      },
    }),
    'key',
    'fine',
  ],
  ['all but some may', document({ ...identity, NotPrincipal: { AWS: root } }), 'key', principals],
  ['all but some may not', document({ ...identity, Effect: 'Deny', NotPrincipal: { AWS: root } }), 'key', 'fine'],
  ['a statement of a key without an action', document({ Effect: 'Allow', Principal: '*', Resource: '*' }), 'key', 'fine'],
  [
    'an action without a service',
    document({ ...good, Action: 'Encrypt' }),
    'key',
    'Policy contains a statement with one or more invalid actions.',
  ],
  [
    'an unknown operator',
    document({ ...good, Condition: { StringSomething: { 'a:b': 'x' } } }),
    'key',
    'Policy contains an invalid condition operator: StringSomething',
  ],
  ['existence of what exists', document({ ...identity, Condition: { NullIfExists: { 'a:b': 'true' } } }), 'identity', syntax],
  ['a condition key without a service', document({ ...good, Condition: { Bool: { secure: 'true' } } }), 'key', syntax],
  [
    'no address',
    document({ ...good, Condition: { IpAddress: { 'aws:SourceIp': '300.1.1.1' } } }),
    'key',
    'Policy contains an invalid condition value: 300.1.1.1',
  ],
  [
    'no date',
    document({ ...identity, Condition: { DateEquals: { 'aws:CurrentTime': '2026-02-30' } } }),
    'identity',
    'The policy failed legacy parsing',
  ],
  ['a variable for an address', document({ ...identity, Condition: { IpAddress: { 'aws:SourceIp': '${aws:x}' } } }), 'identity', 'fine'],
  [
    'an identity policy of 2008',
    JSON.stringify({ Version: '2008-10-17', Statement: identity }),
    'identity',
    'Policy document must be version 2012-10-17 or greater.',
  ],
  ['an identity policy with a principal', document(good), 'identity', 'Policy document should not specify a principal.'],
  [
    'an identity policy without actions',
    document({ Effect: 'Allow', Resource: '*' }),
    'identity',
    'Policy statement must contain actions.',
  ],
  ['an identity policy with an empty list', document({ ...identity, Action: [] }), 'identity', 'Policy statement must contain actions.'],
  [
    'an identity policy without resources',
    document({ Effect: 'Allow', Action: 'kms:*' }),
    'identity',
    'Policy statement must contain resources.',
  ],
  [
    'two statements of one name',
    document({ ...identity, Sid: 'A' }, { ...identity, Sid: 'A' }),
    'identity',
    'Statement IDs (SID) in a single policy must be unique.',
  ],
  [
    'a name with a blank',
    document({ ...identity, Sid: 'a b' }),
    'identity',
    'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
  ],
  ['a resource that is no ARN', document({ ...identity, Resource: 'key/k' }), 'identity', 'Resource key/k must be in ARN format or "*".'],
  [
    'a resource without a service',
    document({ ...identity, Resource: 'arn:aws' }),
    'identity',
    'Resource vendor must be fully qualified and cannot contain regexes.',
  ],
  [
    'an action without a service',
    document({ ...identity, Action: 'Encrypt' }),
    'identity',
    'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  ],
  ['an action with two colons', document({ ...identity, Action: 'kms:a:b' }), 'identity', 'Actions/Condition can contain only one colon.'],
  ['an action of no service', document({ ...identity, Action: 'k s:a' }), 'identity', 'Vendor k s is not valid'],
  ['a session policy', document(identity), 'session', 'fine'],
  ['a trust policy', document(trust), 'trust', 'fine'],
  ['a trust policy of 2008', JSON.stringify({ Version: '2008-10-17', Statement: trust }), 'trust', 'fine'],
  ['a trust policy with a resource', document({ ...trust, Resource: '*' }), 'trust', 'Has prohibited field Resource'],
  [
    'a trust policy of another service',
    document({ ...trust, Action: 'kms:*' }),
    'trust',
    'AssumeRole policy may only specify STS AssumeRole actions.',
  ],
  [
    'a trust policy with a bad name',
    document({ ...trust, Principal: { AWS: 'nobody' } }),
    'trust',
    'Invalid principal in policy: "AWS":"nobody"',
  ],
  ['a bucket policy', document(bucket), 'bucket', 'fine'],
  ['a bucket policy that is no JSON', 'x', 'bucket', "Policies must be valid JSON and the first byte must be '{'"],
  ['a bucket policy with an unknown field', document({ ...bucket, When: 1 }), 'bucket', 'Unknown field When'],
  ['a bucket policy without a principal', document({ ...bucket, Principal: undefined }), 'bucket', 'Missing required field Principal'],
  ['a bucket policy on everything', document({ ...bucket, Resource: '*' }), 'bucket', 'Policy has invalid resource'],
  ['a bucket policy of another service', document({ ...bucket, Action: 'kms:Encrypt' }), 'bucket', 'Policy has invalid action'],
]

describe('a policy document', () => {
  for (const [title, text, purpose, expected] of cases)
    test(`(${purpose}) ${title}: ${expected}`, () => assert.equal(said(text, purpose), expected))

  test('of a key may not ask all values of what has but one', () => {
    for (const key of ['kms:EncryptionContext:dept', 'aws:RequestTag/env']) {
      const text = document({ ...good, Condition: { 'ForAllValues:StringEquals': { [key]: 'x' } } })
      assert.match(said(text, 'key'), /^OverlyPermissiveCondition: /)
      assert.equal(said(text.replace('ForAllValues:', ''), 'key'), 'fine')
    }
  })

  test('nested deeper than any real one is refused, and costs no more than its length', () => {
    for (const text of ['['.repeat(60_000), '{"a":'.repeat(20_000), `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`])
      assert.equal(said(text, 'key'), syntax)
  })

  test('keeps what was written, with every list made one', () => {
    const { version, statements } = parsePolicy(document({ ...good, Sid: 'A', Condition: { Bool: { 'a:b': true } } }), 'key')
    assert.deepEqual(
      { version, statements },
      {
        version: '2012-10-17',
        statements: [
          {
            sid: 'A',
            effect: 'Allow',
            principals: { not: false, named: [{ kind: 'account', account: '111122223333' }] },
            actions: { not: false, values: ['kms:*'] },
            resources: { not: false, values: ['*'] },
            conditions: [{ operator: 'Bool', key: 'a:b', values: ['true'] }],
          },
        ],
      },
    )
  })
})
