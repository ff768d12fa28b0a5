import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { entryId } from '#domain/audit/entry-id.ts'
import { type AuditRow, parseRow } from '#domain/audit/parse-row.ts'
import type { Call, ChildRequest } from '#domain/call.ts'
import type { Owned } from '#domain/access/permit.ts'
import { testGround } from '#domain/testing.ts'
import { millis, scopeOf } from '#model/brands.ts'
import type { ActingInAccount, Principal } from '#model/principal.ts'
import { cloudTrailRecord } from './cloud-trail-record.ts'

const account = '111122223333'
const other = '444455556666'
const keyArn = `arn:aws:kms:eu-central-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`

const user: Principal = {
  kind: 'awsUser',
  id: 'AIDAEXAMPLE',
  tenant: account,
  credentialId: 'AKIAEXAMPLE',
  acting: {
    accountId: account,
    kind: 'user',
    arn: `arn:aws:iam::${account}:user/alice`,
    userId: 'AIDAEXAMPLE',
    accessKeyId: 'AKIAEXAMPLE',
    name: 'alice',
    sessionPolicies: ['{"Statement":"a secret of its own"}'],
    tags: { cost: 'a tag' },
  },
}
const acting = (changes: Partial<ActingInAccount>): Principal => ({
  ...user,
  ...(changes.userId !== undefined && { id: changes.userId }),
  ...(changes.accountId !== undefined && { tenant: changes.accountId }),
  acting: { ...(user.acting ?? assert.fail()), ...changes },
})

/** What a wire of an account does before its verb. */
function begun(call: Call, readOnly = true): Call {
  call.trail = { region: 'eu-central-1', readOnly, resources: [] }
  return call
}

/** The rows that a call leaves, as a reader has them. */
async function rowsOf(who: Principal, verb: (call: Call) => Promise<void>, operation = 'Decrypt'): Promise<readonly AuditRow[]> {
  const ground = await testGround()
  await ground.run(who, verb, operation).catch(() => undefined)
  return ground
    .rows()
    .map((row, at) => parseRow({ seq: at + 1, text: JSON.stringify({ ...row, plane: row['plane'] === 'test' ? 'kms' : row['plane'] }) }))
}
const recordsOf = async (...of: Parameters<typeof rowsOf>) => (await rowsOf(...of)).flatMap(row => cloudTrailRecord(row) ?? [])
async function recordOf(...of: Parameters<typeof rowsOf>) {
  const [record, ...more] = await recordsOf(...of)
  assert(record !== undefined && more.length === 0)
  return record
}

const about = (call: Call, { account: of = account, arn = keyArn } = {}): void => void call.trail?.resources.push({ account: of, arn })

describe('the record of a call', () => {
  test('says who, what, when, where, on what and with which parameters', async () => {
    const record = await recordOf(user, async call => {
      const { trail } = begun(call)
      about(call)
      if (trail !== undefined) trail.parameters = { keyId: keyArn, encryptionContext: { b: '2', a: '1', 10: 'x', 9: 'y' } }
    })
    const { eventID, requestID, ...rest } = record
    assert.equal(eventID, entryId({ requestId: String(requestID), place: 0 }))
    assert.deepEqual(rest, {
      eventVersion: '1.11',
      userIdentity: {
        type: 'IAMUser',
        principalId: 'AIDAEXAMPLE',
        arn: `arn:aws:iam::${account}:user/alice`,
        accountId: account,
        accessKeyId: 'AKIAEXAMPLE',
        userName: 'alice',
      },
      eventTime: '2027-01-15T08:00:00Z',
      eventSource: 'kms.amazonaws.com',
      eventName: 'Decrypt',
      awsRegion: 'eu-central-1',
      sourceIPAddress: '',
      userAgent: '-',
      requestParameters: { keyId: keyArn, encryptionContext: { a: '1', b: '2', 10: 'x', 9: 'y' } },
      responseElements: null,
      readOnly: true,
      resources: [{ accountId: account, type: 'AWS::KMS::Key', ARN: keyArn }],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: 'Management',
    })
  })

  test('is there for a refused call, with the code and the sentence of the refusal', async () => {
    const record = await recordOf(user, async call => {
      const { trail } = begun(call)
      if (trail !== undefined) trail.errorMessage = 'because'
      throw new Error('refused')
    })
    assert.deepEqual([record.errorCode, record['errorMessage']], ['InternalFailure', 'because'])
  })

  test('names every thing that a permit was asked of, whatever the ruling', async () => {
    const ground = await testGround()
    const owned: Owned = { account, arn: keyArn, kind: 'key', facts: () => undefined }
    await assert.rejects(
      ground.run(user, async call => {
        begun(call)
        ground.context.access.permit(call, 'accountKey.decrypt', {
          on: scopeOf(['', `arn:aws:kms:eu-central-1:${account}:*`, keyArn]),
          owned,
        })
      }),
    )
    const [row] = ground.rows()
    assert.deepEqual(cloudTrailRecord(parseRow({ seq: 1, text: JSON.stringify(row) }))?.resources, [
      { accountId: account, type: 'AWS::KMS::Key', ARN: keyArn },
    ])
  })

  test('of a session has the role behind it', async () => {
    const session = acting({
      kind: 'session',
      userId: 'AROAEXAMPLE:deploy',
      arn: `arn:aws:sts::${account}:assumed-role/ci/deploy`,
      name: 'ci',
      role: { id: 'AROAEXAMPLE', arn: `arn:aws:iam::${account}:role/ci` },
      issuedAt: millis(1_799_999_000_000),
    })
    const { userIdentity } = await recordOf(session, async call => void begun(call))
    assert.deepEqual(userIdentity, {
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:deploy',
      arn: `arn:aws:sts::${account}:assumed-role/ci/deploy`,
      accountId: account,
      accessKeyId: 'AKIAEXAMPLE',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAEXAMPLE',
          arn: `arn:aws:iam::${account}:role/ci`,
          accountId: account,
          userName: 'ci',
        },
        attributes: { creationDate: '2027-01-15T07:43:20Z', mfaAuthenticated: 'false' },
      },
    })
  })

  test('is one of each account that it concerns, with one id that they share and one of its own each', async () => {
    const records = await recordsOf(user, async call => {
      begun(call)
      about(call, { account: other, arn: keyArn.replace(account, other) })
    })
    assert.deepEqual(
      records.map(({ recipientAccountId, userIdentity }) => [
        recipientAccountId,
        userIdentity['type'],
        userIdentity['accountId'],
        userIdentity['arn'],
      ]),
      [
        [other, 'AWSAccount', account, undefined],
        [account, 'IAMUser', account, user.acting?.arn],
      ],
    )
    assert.equal(new Set(records.map(record => record['sharedEventID'])).size, 1)
    assert.equal(new Set(records.map(record => record.eventID)).size, 2)
    assert(typeof records[0]?.['sharedEventID'] === 'string')
  })

  test('of a service that acts for the caller stands beside the call that made it act', async () => {
    const child: ChildRequest = {
      who: acting({ via: 's3' }),
      operation: 'GenerateDataKey',
      plane: 'kms',
      resource: keyArn,
      shown: { parameters: { keyId: keyArn, encryptionContext: { 'aws:s3:arn': 'arn:aws:s3:::b/k' } }, readOnly: true },
    }
    const records = await recordsOf(
      user,
      async call => {
        begun(call, false)
        await call.as(child, async own => about(own))
      },
      'PutObject',
    )
    const [inner, outer] = records
    assert.deepEqual([inner?.eventName, inner?.readOnly, outer?.eventName, outer?.readOnly], ['GenerateDataKey', true, 'PutObject', false])
    assert.deepEqual(
      [inner?.userIdentity['invokedBy'], inner?.['sourceIPAddress'], inner?.resources?.length],
      ['s3.amazonaws.com', 's3.amazonaws.com', 1],
    )
    assert.equal(inner?.['requestID'], outer?.['requestID'])
    assert.notEqual(inner?.eventID, outer?.eventID)
    assert.equal(outer?.resources, undefined)
  })

  test('of what the instance does by itself is an event of the service', async () => {
    const record = await recordOf(
      { kind: 'system', id: 'system' },
      async call => {
        call.trail = {
          event: 'keyDeleted',
          region: 'eu-central-1',
          recipient: account,
          readOnly: false,
          more: { keyId: keyArn },
          resources: [{ account, arn: keyArn }],
        }
      },
      'AccountKeyDeleteIfDue',
    )
    assert.deepEqual(
      [
        record.eventName,
        record['eventType'],
        record.userIdentity,
        record['serviceEventDetails'],
        record['requestID'],
        record['sourceIPAddress'],
      ],
      ['DeleteKey', 'AwsServiceEvent', { accountId: account, invokedBy: 'AWS Internal' }, { keyId: keyArn }, undefined, 'AWS Internal'],
    )
  })

  test('keeps a policy of 32 KB whole, and leaves out what no policy is so long', async () => {
    const policy = 'p'.repeat(32_768)
    const kept = await recordOf(user, async call => setParameters(begun(call), { policy }))
    assert.deepEqual(kept['requestParameters'], { policy })
    const many = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`p${at.toString()}`, policy]))
    const left = await recordOf(user, async call => setParameters(begun(call), many))
    assert.deepEqual(left['requestParameters'], { omitted: true })
  })

  test('is of no call that no account made', async () => {
    assert.deepEqual(await recordsOf({ kind: 'anonymous', id: 'anonymous' }, async call => void begun(call)), [])
    assert.deepEqual(await recordsOf(user, async () => undefined), [])
  })

  test('never has what narrows a session, nor its tags', async () => {
    const text = JSON.stringify(await rowsOf(user, async call => void begun(call)))
    assert(!text.includes('a secret of its own') && !text.includes('a tag'))
  })
})

function setParameters(call: Call, parameters: Readonly<Record<string, string>>): void {
  if (call.trail !== undefined) call.trail.parameters = parameters
}
