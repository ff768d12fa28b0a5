import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { IAM } from '@aws-sdk/client-iam'
import { accountId, iamGround } from './testing.ts'
import { positionIn, statementSpans } from './positions.ts'

const keyArn = (id: string): string => `arn:aws:kms:eu-west-1:${accountId}:key/${id}`
const UserName = 'simulated'
const PolicySourceArn = `arn:aws:iam::${accountId}:user/${UserName}`
const written = `{
  "Version": "2012-10-17",
  "Id": "Statement",
  "Statement": [
    {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "${keyArn('*')}",
     "Condition": {"StringEquals": {"kms:EncryptionContext:app": "x"}}},
    {"Effect": "Deny", "Action": "kms:*", "Resource": "${keyArn('secret')}"}
  ]
}`
const allow = (Action: string): string => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
const context = [{ ContextKeyName: 'kms:EncryptionContext:app', ContextKeyType: 'string' as const, ContextKeyValues: ['x'] }]

let iam: IAM
before(async () => {
  iam = (await iamGround()).root
  await iam.createUser({ UserName })
  await iam.putUserPolicy({ UserName, PolicyName: 'inline', PolicyDocument: written })
  await iam.createGroup({ GroupName: 'g' })
  await iam.putGroupPolicy({ GroupName: 'g', PolicyName: 'list', PolicyDocument: allow('kms:ListKeys') })
  await iam.addUserToGroup({ GroupName: 'g', UserName })
})

test('the statements of a policy stand where they stand, whatever strings say', () => {
  const spans = statementSpans(written)
  assert.deepEqual(
    spans.map(({ start, end }) => /^\{"Effect": "(\w+)".*\}$/s.exec(written.slice(start, end))?.[1]),
    ['Allow', 'Deny'],
  )
  assert.deepEqual(positionIn(written, spans[0]?.start ?? 0), { Line: 5, Column: 5 })
  assert.equal(statementSpans('{"Statement":{"Effect":"Allow","Action":"a:{","Resource":"]"}}').length, 1)
})

test('policies of a user and its groups decide as they would, and the answer names the statement', async () => {
  const ActionNames = ['kms:Encrypt', 'kms:ListKeys', 'kms:Decrypt']
  const { EvaluationResults = [] } = await iam.simulatePrincipalPolicy({
    PolicySourceArn,
    ActionNames,
    ResourceArns: [keyArn('k')],
    ContextEntries: context,
  })
  assert.deepEqual(
    EvaluationResults.map(one => [one.EvalActionName, one.EvalDecision, one.MatchedStatements?.map(statement => statement.SourcePolicyId)]),
    [
      ['kms:Encrypt', 'allowed', ['user_simulated_inline']],
      ['kms:ListKeys', 'allowed', ['group_g_list']],
      ['kms:Decrypt', 'implicitDeny', []],
    ],
  )
  assert.deepEqual(EvaluationResults[0]?.MatchedStatements?.[0]?.StartPosition, { Line: 5, Column: 5 })
})

test('what is denied on one resource is denied, and each resource has an answer of its own', async () => {
  const asked = { PolicySourceArn, ActionNames: ['kms:Encrypt'], ResourceArns: [keyArn('k'), keyArn('secret')], ContextEntries: context }
  const [result] = (await iam.simulatePrincipalPolicy(asked)).EvaluationResults ?? []
  assert.equal(result?.EvalDecision, 'explicitDeny')
  assert.deepEqual(
    result.ResourceSpecificResults?.map(one => one.EvalResourceDecision),
    ['allowed', 'explicitDeny'],
  )
})

test('a condition key that nobody gave is named', async () => {
  const asked = { PolicySourceArn, ActionNames: ['kms:Encrypt'], ResourceArns: [keyArn('k')] }
  const [result] = (await iam.simulatePrincipalPolicy(asked)).EvaluationResults ?? []
  assert.deepEqual([result?.EvalDecision, result?.MissingContextValues], ['implicitDeny', ['kms:encryptioncontext:app']])
  assert.deepEqual((await iam.getContextKeysForPrincipalPolicy({ PolicySourceArn })).ContextKeyNames, ['kms:EncryptionContext:app'])
})

test('a boundary and policies that are nobody’s are simulated as given', async () => {
  const asked = { PolicyInputList: [allow('kms:*')], ActionNames: ['kms:Encrypt', 'kms:Decrypt'] }
  const decisions = async (boundary?: string) => {
    const limit = boundary === undefined ? {} : { PermissionsBoundaryPolicyInputList: [boundary] }
    const { EvaluationResults = [] } = await iam.simulateCustomPolicy({ ...asked, ...limit })
    return EvaluationResults.map(one => [one.EvalDecision, one.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary])
  }
  assert.deepEqual(await decisions(), [
    ['allowed', undefined],
    ['allowed', undefined],
  ])
  assert.deepEqual(await decisions(allow('kms:Decrypt')), [
    ['implicitDeny', false],
    ['allowed', true],
  ])
  const { ContextKeyNames } = await iam.getContextKeysForCustomPolicy({
    PolicyInputList: [written.replace(':key/*', ':key/${aws:username}')],
  })
  assert.deepEqual(ContextKeyNames, ['aws:username', 'kms:EncryptionContext:app'])
  await assert.rejects(iam.simulateCustomPolicy({ PolicyInputList: ['{'], ActionNames: ['kms:Encrypt'] }), {
    name: 'InvalidInputException',
  })
  await assert.rejects(iam.simulatePrincipalPolicy({ PolicySourceArn: `${PolicySourceArn}none`, ActionNames: ['kms:Encrypt'] }), {
    name: 'NoSuchEntityException',
  })
})
