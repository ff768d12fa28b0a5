// After the restart: nothing that was answered is missing, nothing is half done, every answer has its row.
import assert from 'node:assert/strict'
import { z } from 'zod'
import { integrityFindings } from '#adapters/sqlite/open.ts'
import { filesOf } from '#compose/data-directory.ts'
import { assignmentPath, keyPath, vaultName, type Cloud } from './fired-cloud.ts'
import type { FiredInstance } from './fired-instance.ts'
import { blockBytes, blockOf, digestOf, flushed, openDisk, type KeyState, type Told } from './load.ts'
import type { Answered, Asked, Wire } from './wire.ts'

export interface Look {
  readonly instance: FiredInstance
  readonly wire: Wire
  readonly cloud: Cloud
  readonly told: Told
  /** Milliseconds, before the first answer of the round. */
  readonly since: number
}

const bundle = z.looseObject({ tags: z.object({ n: z.string() }).optional() })
const rowShape = z.looseObject({ requestId: z.string(), operation: z.string(), result: z.looseObject({ http: z.number() }) })
const page = z.object({ value: z.array(z.looseObject({ kid: z.string() })), nextLink: z.string().nullish() })

export async function lookAgain(look: Look): Promise<void> {
  await everyAnswerHasItsRow(look)
  for (const name of look.told.keys.touched()) await keyStandsAsTold(look, name)
  for (const name of look.told.assignments.touched()) await assignmentStandsAsTold(look, name)
  await blocksStandAsTold(look)
  const verdict = await look.instance.ask('POST', '/audit/verify', { records: true })
  assert.equal(z.looseObject({ verdict: z.string() }).parse(verdict).verdict, 'intact', JSON.stringify(verdict))
  assert.deepEqual(integrityFindings(filesOf(look.instance.data).database), [])
}

async function everyAnswerHasItsRow({ instance, told, since }: Look): Promise<void> {
  const { rows } = z.object({ rows: z.array(rowShape) }).parse(await instance.ask('GET', `/audit?since=${since}`))
  const statuses = new Map(rows.map(({ requestId, result }) => [requestId, result.http]))
  for (const [id, status] of told.answers) assert.equal(statuses.get(id), status, `request ${id}, answered ${status}, in the audit`)
}

const ofVault = async ({ wire, cloud }: Look, asked: Pick<Asked, 'method' | 'path' | 'body'>): Promise<Answered> =>
  wire.send({ ...asked, host: `${vaultName}.vault`, token: cloud.vault })

async function keyStandsAsTold(look: Look, name: string): Promise<void> {
  const state = await keyState(look, name)
  const possible = look.told.keys.possible(name)
  assert(possible.includes(state), `${name} is ${state}; it must be one of ${possible.join(', ')}`)
  if (state.startsWith('live')) {
    const signed = await ofVault(look, {
      method: 'POST',
      path: keyPath(name, '/sign'),
      body: { alg: 'ES256', value: digestOf(name).toString('base64url') },
    })
    assert.equal(signed.status, 200, `${name} is there, but not whole: ${JSON.stringify(signed.body)}`)
  }
  look.told.keys.found(name, state)
}

async function keyState(look: Look, name: string): Promise<KeyState> {
  const live = await ofVault(look, { method: 'GET', path: keyPath(name) })
  if (live.status === 200) return `live ${bundle.parse(live.body).tags?.n ?? ''}`
  assert.equal(live.status, 404, JSON.stringify(live.body))
  const deleted = await ofVault(look, { method: 'GET', path: `/deletedkeys/${name}?api-version=7.4` })
  return deleted.status === 200 ? 'deleted' : 'absent'
}

async function assignmentStandsAsTold({ wire, cloud, told }: Look, principal: string): Promise<void> {
  const possible = told.assignments.possible(principal)
  const standing: string[] = []
  for (const name of possible.filter(name => name !== '')) {
    const { status } = await wire.send({ method: 'GET', host: 'management', path: assignmentPath(wire, name), token: cloud.arm })
    assert(status === 200 || status === 404, `assignment ${name}: ${status}`)
    if (status === 200) standing.push(name)
  }
  const [found = '', ...more] = standing
  assert.deepEqual(more, [], `${principal} has two assignments of one role`)
  assert(possible.includes(found), `${principal} has ${found === '' ? 'no assignment' : found}; it must be one of ${possible.join(', ')}`)
  told.assignments.found(principal, found)
}

async function blocksStandAsTold({ instance, cloud, told }: Look): Promise<void> {
  const client = await openDisk(instance, cloud.diskId)
  try {
    for (const block of told.blocks.all()) {
      const { error, data } = await client.read(Number(block) * blockBytes, blockBytes)
      assert.equal(error, 0)
      const possible = told.blocks.possible(block)
      // A write that was not answered may be there in part, sector by sector; what was answered is there whole.
      for (let at = 0; at < blockBytes; at += 4) assert(possible.includes(data.readUInt32BE(at)), `block ${block}, byte ${at}`)
      // Whole again and flushed, so that the next round begins with one thing that is known.
      const number = data.readUInt32BE(0)
      if (possible.length > 1) assert.equal(await client.write(Number(block) * blockBytes, blockOf(number), flushed), 0)
      told.blocks.found(block, number)
    }
  } finally {
    client.close()
  }
}

/** The list names the live keys of the ledger and no other: no record is without its place in it. */
export async function listNamesExactly(look: Look): Promise<void> {
  const listed: string[] = []
  for (let path: string | undefined = '/keys?api-version=7.4'; path !== undefined;) {
    const { value, nextLink } = page.parse((await ofVault(look, { method: 'GET', path })).body)
    listed.push(...value.map(({ kid }) => kid.slice(kid.lastIndexOf('/') + 1)))
    path = nextLink === undefined || nextLink === null || nextLink === '' ? undefined : nextLink.slice(nextLink.indexOf('/keys'))
  }
  const live = look.told.keys.all().filter(name => look.told.keys.possible(name)[0]?.startsWith('live') === true)
  assert.deepEqual(listed.sort(), [...live, 'of-the-set'].sort())
}
