import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as fc from 'fast-check'
import { userEntity } from './entities.ts'
import { parseSearch } from './search.ts'
import { base, codeOf, graphGround, names, type Asking } from './testing.ts'
import { textIn } from '#protocols/http/testing.ts'

const { ground, as, asked } = await graphGround()
let eventual: Asking

before(async () => {
  eventual = await as(await ground.add('asks the index', 'read'), { consistencylevel: 'eventual' })
  for (const [displayName, mailNickname] of [
    ['OneVideo', 'zeta'],
    ['one more', 'alpha'],
    ['Video archive', 'Beta'],
    ['archive "old"', 'gamma'],
  ])
    await asked('POST', '/v1.0/groups', { displayName, mailNickname, mailEnabled: false, securityEnabled: true })
})

const url = (query: Readonly<Record<string, string>>, set = 'groups'): string => `/v1.0/${set}?${new URLSearchParams(query).toString()}`

describe('a list in order', () => {
  for (const [orderby, expected] of [
    ['displayName', ['archive "old"', 'one more', 'OneVideo', 'Video archive']],
    ['displayName desc', ['Video archive', 'OneVideo', 'one more', 'archive "old"']],
    ['mailNickname asc', ['one more', 'Video archive', 'archive "old"', 'OneVideo']],
  ] as const)
    test(`by ${orderby}, whole and page by page`, async () => {
      assert.deepEqual(names((await asked('GET', url({ $orderby: orderby }))).json), expected)
      const seen: unknown[] = []
      let next = url({ $orderby: orderby, $top: '1' })
      for (let pages = 0; pages < 9 && next !== ''; pages += 1) {
        const { json } = await asked('GET', next)
        seen.push(...names(json))
        next = json['@odata.nextLink'] === undefined ? '' : textIn(json['@odata.nextLink']).slice(base.length)
      }
      assert.deepEqual(seen, expected)
    })

  test('a page’s link is good for its own order alone', async () => {
    const { json } = await asked('GET', url({ $orderby: 'displayName', $top: '1' }))
    const link = textIn(json['@odata.nextLink']).slice(base.length)
    for (const changed of [link.replace('displayName', 'mailNickname'), link.replace(/%24orderby=[^&]*&/, '')]) {
      const refused = await asked('GET', changed)
      assert.deepEqual([refused.status, codeOf(refused.json)], [400, 'Request_BadRequest'])
    }
  })

  for (const [what, query] of [
    ['by what nobody filters by', { $orderby: 'visibility' }],
    ['by two', { $orderby: 'displayName,mailNickname' }],
    ['upwards and sideways', { $orderby: 'displayName sideways' }],
    ['of what is filtered, without the index', { $orderby: 'displayName', $filter: "startswith(displayName,'o')" }],
  ] as const)
    test(`${what} is refused`, async () => {
      const { status, json } = await asked('GET', url(query))
      assert.deepEqual([status, codeOf(json)], [400, 'Request_UnsupportedQuery'])
    })

  test('of what is filtered comes from the index', async () => {
    const { json } = await eventual('GET', url({ $orderby: 'displayName desc', $filter: "startswith(displayName,'o')", $count: 'true' }))
    assert.deepEqual([names(json), json['@odata.count']], [['OneVideo', 'one more'], 2])
  })
})

describe('a search', () => {
  for (const [search, expected] of [
    ['"displayName:video"', ['OneVideo', 'Video archive']],
    ['"displayName:One"', ['OneVideo', 'one more']],
    ['"displayName:archive video"', ['Video archive']],
    ['"displayName:old\\""', ['archive "old"']],
    ['"displayName:deo"', []],
    ['"mailNickname:be"', ['Video archive']],
    ['"displayName:one" AND "mailNickname:z"', ['OneVideo']],
    ['"displayName:one" AND ("mailNickname:z" OR "mailNickname:a")', ['OneVideo', 'one more']],
    ['"displayName:nothing" OR "displayName:old"', ['archive "old"']],
  ] as const)
    test(`for ${search}`, async () => {
      const found = await eventual('GET', url({ $search: search, $count: 'true' }))
      assert.equal(found.status, 200, found.text)
      assert.deepEqual([names(found.json), found.json['@odata.count']], [expected, expected.length])
    })

  test('narrows what a filter finds', async () => {
    const query = { $search: '"displayName:video"', $filter: "mailNickname eq 'zeta'" }
    assert.deepEqual(names((await eventual('GET', url(query))).json), ['OneVideo'])
  })

  for (const [what, query, by] of [
    ['without the header', { $search: '"displayName:one"' }, async () => asked],
    ['without quotes', { $search: 'displayName:one' }, async () => eventual],
    ['without a property', { $search: '"one"' }, async () => eventual],
    ['for what is no property', { $search: '"secret:one"' }, async () => eventual],
    ['for nothing', { $search: '"displayName:"' }, async () => eventual],
    ['in small letters', { $search: '"displayName:a" and "displayName:b"' }, async () => eventual],
    ['that does not end', { $search: '("displayName:a"' }, async () => eventual],
    ['with an order', { $search: '"displayName:one"', $orderby: 'displayName', $count: 'true' }, async () => eventual],
  ] as const)
    test(`${what} is refused`, async () => {
      const { status, json } = await (await by())('GET', url(query))
      assert.deepEqual([status, codeOf(json)], [400, 'Request_UnsupportedQuery'])
    })

  test('finds each word that a name has, whatever stands around it', () => {
    const search = fc.stringMatching(/^[a-z]{1,6}$/)
    fc.assert(
      fc.property(search, fc.stringMatching(/^[a-z]{0,6}$/), fc.constantFrom(' ', '-', '_', '.'), (word, more, sign) => {
        const meets = parseSearch(`"displayName:${word}"`, userEntity)
        const user = {
          id: '',
          tenantId: '',
          userPrincipalName: '',
          displayName: `X${sign}${word}${more}${sign}Y`,
          mailNickname: '',
          profile: {},
          enabled: true,
          signInEpoch: 1,
          tokensValidFrom: 0,
          createdAt: 0,
        }
        assert(meets(user))
        assert(!meets({ ...user, displayName: `x${word}`.toLowerCase() }) || `x${word}`.startsWith(word))
      }),
    )
  })
})

describe('how many there are', () => {
  test('is a number by itself, of what is filtered and searched', async () => {
    const whole = await eventual('GET', '/v1.0/groups/$count')
    assert.deepEqual([whole.status, whole.text], [200, '4'])
    const some = await eventual('GET', `/v1.0/groups/$count?${new URLSearchParams({ $search: '"displayName:video"' }).toString()}`)
    assert.equal(some.text, '2')
    for (const set of ['users', 'applications', 'servicePrincipals'])
      assert.match((await eventual('GET', `/v1.0/${set}/$count`)).text, /^\d+$/)
  })

  test('is told only by the index', async () => {
    const { status, json } = await asked('GET', '/v1.0/groups/$count')
    assert.deepEqual([status, codeOf(json)], [400, 'Request_BadRequest'])
  })
})
