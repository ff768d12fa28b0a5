import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  array,
  assert as hold,
  boolean,
  constant,
  constantFrom,
  dictionary,
  integer,
  oneof,
  option,
  property,
  record,
  string,
  type Arbitrary,
} from 'fast-check'
import { canonicalJson, type JsonObject } from './canonical-json.ts'
import { ownEvents, trailText, type TrailFacts } from './trail-facts.ts'

const text = string({ unit: 'binary', maxLength: 40 })
const shown = dictionary(text, oneof(text, boolean(), integer(), array(text, { maxLength: 3 })), { maxKeys: 6 })
const facts: Arbitrary<TrailFacts> = record(
  {
    region: text,
    readOnly: boolean(),
    resources: array(record({ account: text, arn: text }), { maxLength: 3 }),
    event: constantFrom(...ownEvents),
    webIdentity: record({ provider: text, id: text, name: text }),
    data: constant(true as const),
    tls: record({ version: text, cipher: text, host: text }),
    parameters: shown,
    answer: shown,
    more: shown,
    errorMessage: text,
  },
  { requiredKeys: ['region', 'readOnly', 'resources'] },
)

/** What was said, with half surrogate pairs replaced, as texts in rows have them. */
const wellFormed = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_name, one: unknown) => (typeof one === 'string' ? one.toWellFormed() : one))

describe('the facts of a trail in a row', () => {
  test('are canonical JSON of all that was noted and nothing else', () => {
    hold(
      property(facts, option(text, { nil: undefined }), (noted, recipient) => {
        const { recipient: _own, ...rest } = noted
        const written = trailText(noted, recipient)
        const read = JSON.parse(written) as JsonObject
        assert.equal(written, canonicalJson(read))
        const said = { ...rest, ...(recipient !== undefined && { recipient }) }
        assert.equal(canonicalJson(read), canonicalJson(wellFormed(said) as JsonObject))
      }),
      { numRuns: 500 },
    )
  })

  test('are cut where one of them is too long, and say so', () => {
    const long = { region: 'us-east-1', readOnly: true, resources: [], parameters: { policy: 'x'.repeat(200_000) } }
    assert.equal((JSON.parse(trailText(long, undefined)) as { parameters: { policy: string } }).parameters.policy.length, 32_768)
    const many = { ...long, parameters: Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`p${at}`, 'x'.repeat(32_000)])) }
    assert.match(trailText(many, '111122223333'), /"parameters":\{"omitted":true\},"readOnly":true,"recipient":"111122223333"/)
  })
})
