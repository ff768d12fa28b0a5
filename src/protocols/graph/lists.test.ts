import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { listIn, textIn } from '#protocols/http/testing.ts'
import { base, codeOf, graphGround, names, type Asking } from './testing.ts'

const { ground, as, asked } = await graphGround()
const here = (link: unknown): string => textIn(link).slice(base.length)

describe('a page', () => {
  let reader: Asking
  before(async () => {
    for (const at of [1, 2, 3]) await asked('POST', '/v1.0/applications', { displayName: `sealed ${at}` })
    reader = await as(await ground.add('reader', 'read'))
  })

  const first = async (who: Asking) =>
    (await who('GET', "/v1.0/applications?$top=2&$filter=startswith(displayName,'sealed')")).json['@odata.nextLink']

  test('leads to the next by a link that says nothing of how many there are', async () => {
    const link = here(await first(asked))
    assert.deepEqual(names((await asked('GET', link)).json), ['sealed 3'])
    assert.match(link, /%24skiptoken=[\w-]{40,}$/)
  })

  for (const [what, changed] of [
    ['of another filter', (link: string) => link.replace('sealed', 'seale')],
    ['of another collection', (link: string) => link.replace('/applications', '/servicePrincipals')],
    ['that was changed', (link: string) => `${link.slice(0, -3)}AAA`],
    ['that is none', (link: string) => link.replace(/skiptoken=.*/, 'skiptoken=7')],
  ] as const)
    test(`${what} is refused`, async () => {
      const { status, json } = await asked('GET', changed(here(await first(asked))))
      assert.deepEqual([status, codeOf(json)], [400, 'Request_BadRequest'])
    })

  test('of another caller is refused', async () => {
    const { status, json } = await reader('GET', here(await first(asked)))
    assert.deepEqual([status, codeOf(json)], [400, 'Request_BadRequest'])
    assert.equal((await reader('GET', here(await first(reader)))).status, 200)
  })
})

describe('what is selected', () => {
  test('is all that is shown, and stands in the context', async () => {
    const { json } = await asked('GET', '/v1.0/applications?$select=displayName,ID,notes&$top=1')
    const [one = assert.fail('nothing is listed')] = listIn(json['value'])
    assert.deepEqual(Object.keys(one), ['displayName', 'id', 'notes'])
    assert.equal(one['notes'], null)
    assert.equal(json['@odata.context'], `${base}/v1.0/$metadata#applications(displayName,id,notes)`)
    const { json: single } = await asked('GET', `/v1.0/applications/${textIn(one['id'])}?$select=appId`)
    assert.deepEqual(Object.keys(single), ['@odata.context', 'appId'])
  })

  test('must be there: another name is refused, in a list and of one object', async () => {
    for (const path of ['/v1.0/applications?$select=id,passwordHash', '/v1.0/servicePrincipals?$select=constructor']) {
      const { status, json } = await asked('GET', path)
      assert.deepEqual([status, codeOf(json)], [400, 'Request_BadRequest'])
    }
  })
})

describe('an advanced query', () => {
  const path = "/v1.0/applications?$count=true&$filter=displayName ne 'sealed 1' and startswith(displayName,'sealed')".replaceAll(
    ' ',
    '%20',
  )

  test('needs its header, and then is answered', async () => {
    const refused = await asked('GET', path)
    assert.deepEqual([refused.status, codeOf(refused.json)], [400, 'Request_UnsupportedQuery'])
    const eventual = await as(await ground.add('advanced', 'read'), { consistencylevel: 'eventual' })
    const { json } = await eventual('GET', path)
    assert.deepEqual([names(json), json['@odata.count']], [['sealed 2', 'sealed 3'], 2])
  })
})
