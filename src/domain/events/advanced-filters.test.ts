import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { VaultEvent } from './vault-event.ts'
import { advancedFilter, passes } from './advanced-filters.ts'

const event: VaultEvent = {
  id: 'e1',
  topic: '/subscriptions/s/vaults/v',
  subject: 'MySecret',
  eventType: 'Microsoft.KeyVault.SecretExpired',
  eventTime: '2027-01-15T08:00:00Z',
  data: { ObjectName: 'MySecret', Version: 'v', NBF: null, EXP: 100 },
  dataVersion: '1',
  metadataVersion: '1',
}

/** What passes, and what does not. */
const cases: readonly (readonly [filter: object, passing: boolean])[] = [
  [{ operatorType: 'StringIn', key: 'subject', values: ['x', 'mysecret'] }, true],
  [{ operatorType: 'StringIn', key: 'subject', values: ['mysecre'] }, false],
  [{ operatorType: 'StringNotIn', key: 'Subject', values: ['x', 'MYSECRET'] }, false],
  [{ operatorType: 'StringNotIn', key: 'data.none', values: ['x'] }, true],
  [{ operatorType: 'StringContains', key: 'DATA.objectname', values: ['SEC'] }, true],
  [{ operatorType: 'StringContains', key: 'data.none', values: ['x'] }, false],
  [{ operatorType: 'StringContains', key: 'data.EXP', values: ['1'] }, false],
  [{ operatorType: 'StringNotContains', key: 'subject', values: ['x', 'sec'] }, false],
  [{ operatorType: 'StringNotContains', key: 'subject', values: ['x'] }, true],
  [{ operatorType: 'StringBeginsWith', key: 'type', values: ['microsoft.keyvault.'] }, true],
  [{ operatorType: 'StringNotBeginsWith', key: 'eventType', values: ['Microsoft.KeyVault.'] }, false],
  [{ operatorType: 'StringEndsWith', key: 'source', values: ['/V'] }, true],
  [{ operatorType: 'StringNotEndsWith', key: 'topic', values: ['/w'] }, true],
  [{ operatorType: 'StringNotEndsWith', key: 'topic', values: ['/w', '/v'] }, false],
  [{ operatorType: 'NumberIn', key: 'data.EXP', values: [1, 100] }, true],
  [{ operatorType: 'NumberNotIn', key: 'data.EXP', values: [1, 100] }, false],
  [{ operatorType: 'NumberNotIn', key: 'data.NBF', values: [1] }, true],
  [
    {
      operatorType: 'NumberInRange',
      key: 'data.EXP',
      values: [
        [1, 2],
        [100, 200],
      ],
    },
    true,
  ],
  [{ operatorType: 'NumberInRange', key: 'data.EXP', values: [[101, 200]] }, false],
  [{ operatorType: 'NumberNotInRange', key: 'data.EXP', values: [[0, 100]] }, false],
  [{ operatorType: 'NumberNotInRange', key: 'subject', values: [[0, 100]] }, true],
  [{ operatorType: 'NumberLessThan', key: 'data.EXP', value: 100 }, false],
  [{ operatorType: 'NumberLessThanOrEquals', key: 'data.EXP', value: 100 }, true],
  [{ operatorType: 'NumberGreaterThan', key: 'data.EXP', value: 99 }, true],
  [{ operatorType: 'NumberGreaterThanOrEquals', key: 'data.EXP', value: 101 }, false],
  [{ operatorType: 'NumberLessThan', key: 'data.NBF', value: 100 }, false],
  [{ operatorType: 'BoolEquals', key: 'data.EXP', value: true }, false],
  [{ operatorType: 'IsNullOrUndefined', key: 'data.NBF' }, true],
  [{ operatorType: 'IsNullOrUndefined', key: 'data.none' }, true],
  [{ operatorType: 'IsNullOrUndefined', key: 'data.EXP' }, false],
  [{ operatorType: 'IsNotNull', key: 'data.EXP' }, true],
  [{ operatorType: 'IsNotNull', key: 'data.NBF' }, false],
]

describe('an advanced filter', () => {
  for (const [filter, passing] of cases)
    test(`${JSON.stringify(filter)} ${passing ? 'lets the event pass' : 'holds the event'}`, () =>
      assert.equal(passes(advancedFilter.parse(filter), event), passing))

  for (const [why, filter] of [
    ['no such operator', { operatorType: 'StringLike', key: 'subject', values: ['x'] }],
    ['no key', { operatorType: 'IsNotNull' }],
    ['texts for numbers', { operatorType: 'NumberIn', key: 'data.EXP', values: ['1'] }],
    ['no values', { operatorType: 'StringIn', key: 'subject', values: [] }],
    ['a text that is too long', { operatorType: 'StringIn', key: 'subject', values: ['x'.repeat(513)] }],
    ['half a range', { operatorType: 'NumberInRange', key: 'data.EXP', values: [[1]] }],
  ] as const)
    test(`with ${why} is none`, () => assert.equal(advancedFilter.safeParse(filter).success, false))
})
