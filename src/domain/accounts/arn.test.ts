import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aliasArn, assumedRoleArn, groupArn, instanceProfileArn, keyArn, parseArn, policyArn, roleArn, rootArn, userArn } from './arn.ts'

const accountId = '111122223333'

test('an ARN has six parts, and its resource may hold colons', () => {
  assert.deepEqual(parseArn(`arn:aws:iam::${accountId}:role/team/ci`), {
    partition: 'aws',
    service: 'iam',
    region: '',
    accountId,
    resource: 'role/team/ci',
  })
  assert.equal(parseArn('arn:aws:s3:::bucket/a:b')?.resource, 'bucket/a:b')
  for (const none of ['', 'arn', 'arn:aws:kms', 'arn::kms:us-east-1:1:key/k', 'urn:aws:iam::1:root', `arn:aws:iam::${accountId}:`])
    assert.equal(parseArn(none), undefined, none)
})

test('the things of an account are named by account, path and name, a session without the path of its role', () => {
  const of = { accountId, path: '/team/', name: 'x' }
  assert.deepEqual(
    [rootArn(accountId), userArn(of), roleArn(of), groupArn(of), policyArn(of), instanceProfileArn(of)].map(arn => parseArn(arn)?.resource),
    ['root', 'user/team/x', 'role/team/x', 'group/team/x', 'policy/team/x', 'instance-profile/team/x'],
  )
  assert.equal(assumedRoleArn({ accountId, role: 'x', session: 's' }), `arn:aws:sts::${accountId}:assumed-role/x/s`)
  const place = { region: 'us-east-1', accountId }
  assert.equal(keyArn(place, 'k'), `arn:aws:kms:us-east-1:${accountId}:key/k`)
  assert.equal(aliasArn(place, 'alias/a'), `arn:aws:kms:us-east-1:${accountId}:alias/a`)
})
