// Every operation of every wire, from its declaration alone (style.md 5.4): none is added that is not asked these questions.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import { keyScope } from '#domain/keys/reference.ts'
import { adminProtocol } from '#protocols/admin/index.ts'
import { armProtocol } from '#protocols/arm/index.ts'
import { diskAccessProtocol } from '#protocols/diskaccess/index.ts'
import { entraProtocol } from '#protocols/entra/index.ts'
import { graphProtocol } from '#protocols/graph/index.ts'
import { imdsProtocol } from '#protocols/imds/index.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, textIn, type Answered } from '#protocols/http/testing.ts'
import { pkiProtocol } from '#protocols/pki/index.ts'
import { keyVaultProtocol } from '#protocols/keyvault/index.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'
import { codeOf, domain, house, unreachable, vault, type AnyOperation, type House, type Sent, type Who, type Wire } from './wire/house.ts'
import { cloudTrailWire } from './wire/cloudtrail-requests.ts'
import { ec2Wire } from './wire/ec2-requests.ts'
import { iamWire } from './wire/iam-requests.ts'
import { kmsWire } from './wire/kms-requests.ts'
import { pathOf } from './wire/paths.ts'
import { bodyFor, codeIn, malformedFor, signedHouse, type Signer, type SignedHouse, type SignedWire } from './wire/signed.ts'
import { stsWire } from './wire/sts-requests.ts'
import { goodRequests, keysUnderTest } from './wire/vault-requests.ts'

interface Words {
  readonly malformed: string
  readonly nobody?: string
  readonly stranger?: string
  readonly foreign?: string
}

/** Each service's own words; without `nobody` and `stranger`, a wire that takes no tokens. */
const words: Readonly<Record<string, Words>> = {
  entra: { malformed: 'invalid_request' },
  arm: {
    malformed: 'InvalidRequestContent',
    nobody: 'AuthenticationFailed',
    foreign: 'InvalidAuthenticationTokenAudience',
    stranger: 'AuthorizationFailed',
  },
  graph: {
    malformed: 'Request_BadRequest',
    nobody: 'InvalidAuthenticationToken',
    foreign: 'InvalidAuthenticationToken',
    stranger: 'Authorization_RequestDenied',
  },
  keyvault: { malformed: 'BadParameter', nobody: 'Unauthorized', foreign: 'Unauthorized', stranger: 'Forbidden' },
  diskaccess: { malformed: 'InvalidInput' },
  pki: { malformed: 'none: OCSP has a word of its own for what is malformed' },
  imds: { malformed: 'invalid_request' },
  admin: { malformed: 'InvalidBody' },
}

const unread = { open: async () => assert.fail('a refused request reached a disk') }
const protocols = [
  entraProtocol(domain),
  armProtocol(domain),
  graphProtocol(domain),
  keyVaultProtocol(domain),
  diskAccessProtocol(domain, unread),
  imdsProtocol({ armId: '', identityHeader: '' }),
  pkiProtocol(domain),
  adminProtocol(unreachable),
]

let all: House
before(async () => {
  all = await house()
})

/** Sends and holds the answer to its entry: one, of this operation, with this status, and nothing written where it was refused. */
async function audited(
  operation: AnyOperation,
  { wire, who }: { readonly wire: Wire; readonly who: Who },
  sent: Partial<Sent> = {},
): Promise<Answered> {
  const already = all.ground.rows().length
  const answered = await all.send(wire, who, { method: operation.method, path: pathOf(operation), ...sent })
  const rows = all.ground.rows().slice(already)
  assert.equal(rows.length, 1, 'one entry')
  const row = rowShape.parse(rows[0])
  assert.deepEqual([row.plane, row.result.http], [planeOf(wire), answered.status])
  if (sent.path === undefined) assert.equal(row.operation, operation.name)
  if (answered.status >= 400) assert.equal(row.writes, undefined, 'a refusal writes nothing')
  if (answered.status === 401 || answered.status === 403) assert.equal(row.decision.allow, false)
  return answered
}

const rowShape = z.looseObject({
  operation: z.string(),
  plane: z.string(),
  decision: z.looseObject({ allow: z.boolean() }),
  result: z.looseObject({ http: z.number() }),
  writes: z.array(z.unknown()).optional(),
})
const planeOf = ({ name }: Wire): string => protocols.find(protocol => protocol.name === name)?.plane ?? ''

const takesBody = ({ body }: AnyOperation): boolean => !('none' in body) && !('bytes' in body)
const malformedBodies: readonly (readonly [what: string, body: string])[] = [
  ['no JSON', '{'],
  ['a member twice', '{"a":1,"a":2}'],
  ['a list', '[]'],
  ['a number', '7'],
]

for (const { name, operations } of protocols) {
  const own = words[name] ?? assert.fail(`no words for ${name}`)
  describe(`every operation of ${name}`, () => {
    for (const operation of operations) {
      const said = `${operation.name} (${operation.method} ${operation.path})`
      if (takesBody(operation))
        test(`${said} refuses a malformed body in the service's words`, async () => {
          for (const [what, body] of malformedBodies) {
            const answered = await audited(operation, { wire: all.wire(name), who: 'administrator' }, { body })
            assert.deepEqual([answered.status, codeOf(answered)], [400, own.malformed], `${what}: ${answered.text}`)
          }
        })
      if (own.nobody !== undefined && operation.permissions !== 'public')
        test(`${said} asks who calls, and whether they may`, async () => knowsAndJudges(operation, name, own))
      if (own.nobody !== undefined && operation.unversioned !== true)
        test(`${said} refuses a path and a version that are none`, async () => {
          const at = { wire: all.wire(name), who: 'administrator' } as const
          const slash = await audited(operation, at, { path: `${pathOf(operation)}%2Fx` })
          assert.equal(slash.status, 400, slash.text)
          if (at.wire.apiVersion === undefined) return
          const version = await audited(operation, at, { apiVersion: 'yesterday' })
          assert.equal(version.status, 400, version.text)
        })
    }
  })
}

async function knowsAndJudges(operation: AnyOperation, name: string, own: Words): Promise<void> {
  const wire = all.wire(name)
  const nobody = await audited(operation, { wire, who: 'nobody' })
  // An answer to HEAD has no body that a code could stand in.
  const saidBy = (answered: Answered) => [answered.status, operation.method === 'HEAD' ? undefined : codeOf(answered)]
  const refused = (status: number, code: string | undefined) => [status, operation.method === 'HEAD' ? undefined : code]
  assert.deepEqual(saidBy(nobody), refused(401, own.nobody))
  assert.match(nobody.headers['www-authenticate'] ?? '', /^Bearer /)
  const elsewhere = all.wires.find(other => other.resource !== undefined && other !== wire)?.resource ?? ''
  const foreign = await audited(operation, { wire, who: 'administrator' }, { resource: elsewhere })
  assert.deepEqual(saidBy(foreign), refused(401, own.foreign))
  const stranger = await audited(operation, { wire, who: 'stranger' })
  if (operation.permissions !== 'authenticated') assert.deepEqual(saidBy(stranger), refused(403, own.stranger))
  // Lists that show what one may see show nothing; what is looked for is not there.
  else assert([200, 403, 404].includes(stranger.status), `${stranger.status}`)
  for (const ours of [vault, '/resourceGroups/rg/providers']) assert(!stranger.text.includes(`"${ours}`), `shows ${ours}`)
}

describe('the operations as a table', () => {
  for (const { name, operations } of protocols) {
    test(`${name}: a name is one operation, whatever versions of its path there are`, () => {
      const seen = new Map<string, AnyOperation>()
      for (const operation of operations) {
        const first = seen.getOrInsert(operation.name, operation)
        const unversioned = ({ path }: AnyOperation) => path.replace('/v2.0', '')
        assert.deepEqual(
          [operation.method, unversioned(operation)],
          [first.method, unversioned(first)],
          `${operation.name} is two operations`,
        )
        assert.match(operation.name, /^[A-Z][A-Za-z]+$/)
      }
    })
  }

  test('what opens a thing under a permission that it does not declare fails, whoever calls', async () => {
    const common = { method: 'GET', params: z.object({}), query: z.object({ 'api-version': z.string() }), body: { none: true } } as const
    const scope = ({ site }: { readonly site: { readonly vault: { readonly value: Parameters<typeof keyScope>[0] } } }) =>
      keyScope(site.vault.value, 'made')
    const undeclared = vaultOperation({
      ...common,
      name: 'Undeclared',
      path: '/undeclared',
      permissions: ['key.read'],
      scope,
      async handle(_context, _call, { permit, site }) {
        permit('key.unwrap', { on: scope({ site }) })
        return { status: 200 }
      },
    })
    const unasked = vaultOperation({
      ...common,
      name: 'Unasked',
      path: '/unasked',
      permissions: 'authenticated',
      async handle(_context, _call, { permit }) {
        permit('key.unwrap')
        return { status: 200 }
      },
    })
    const bugs: unknown[] = []
    const context = {
      ...all.ground.context,
      log: { info: () => undefined, warn: () => undefined, error: (_event: string, cause: unknown) => bugs.push(cause) },
    }
    const pipeline = createPipeline(context, { ...keyVaultProtocol(domain), operations: [undeclared, unasked] })
    for (const path of ['/undeclared', '/unasked']) {
      const answered = await all.send({ ...all.wire('keyvault'), pipeline }, 'administrator', { method: 'GET', path })
      assert.equal(answered.status, 500)
    }
    assert.match(String(bugs[0]), /Undeclared does not declare key\.unwrap/)
    assert.match(String(bugs[1]), /Unasked opens key\.unwrap without having asked/)
  })

  test('a vault that is not there has no operations, and says so without a challenge', async () => {
    const { pipeline } = all.wire('keyvault')
    const answered = await ask(pipeline, { url: `https://nobody.vault.${domain}/keys/k?api-version=7.4` })
    assert.equal(answered.status, 404)
    assert.equal(answered.headers['www-authenticate'], undefined)
  })
})

/** Members of a JWK that only its owner has (RFC 7518 6.2.2, 6.3.2, 6.4.1). */
const privateMembers = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])

function membersIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = Array.isArray(value) ? [] : Object.keys(value)
  return own.concat(Object.values(value).flatMap(member => membersIn(member)))
}

describe('every operation of a vault, done', () => {
  test('is in the table of good requests', () => {
    const known = new Set(goodRequests.map(good => good.operation))
    assert.deepEqual(
      keyVaultProtocol(domain)
        .operations.map(operation => operation.name)
        .filter(name => !known.has(name)),
      [],
    )
  })

  for (const key of keysUnderTest) {
    test(`shows nothing of the private half of a key of type ${key.kind}`, async () => {
      const fresh = await house()
      const wire = fresh.wire('keyvault')
      const secrets = [...privateMembers].map(name => key.jwk[name]).filter(value => typeof value === 'string')
      const kept = new Map<string, string>()
      for (const good of goodRequests) {
        const sent = good.sent(key, kept)
        if (sent === undefined) continue
        const answered = await fresh.send(wire, 'administrator', sent)
        assert(answered.status < 300, `${good.operation}: ${answered.status} ${answered.text}`)
        assert.deepEqual(
          membersIn(answered.json).filter(name => privateMembers.has(name)),
          [],
          good.operation,
        )
        for (const secret of secrets) {
          const raw = Buffer.from(secret, 'base64url')
          const { value } = answered.json
          const backup = Buffer.from(typeof value === 'string' ? value : '', 'base64url')
          assert(!answered.text.includes(secret) && !backup.includes(raw), `${good.operation} shows private bytes`)
        }
        if (good.keep !== undefined) kept.set(good.keep, textIn(answered.json[good.member ?? 'value']))
      }
    })
  }
})

/** Each family's own words for what every operation is asked. */
const signedWords = {
  json: {
    malformed: 'SerializationException',
    nobody: [400, 'MissingAuthenticationTokenException'],
    foreign: [400, 'InvalidSignatureException'],
    stranger: [400, 'AccessDeniedException'],
  },
  query: {
    malformed: 'MalformedInput',
    nobody: [403, 'MissingAuthenticationToken'],
    foreign: [403, 'SignatureDoesNotMatch'],
    stranger: [403, 'AccessDenied'],
  },
} as const

for (const wire of [kmsWire, stsWire, iamWire, cloudTrailWire, ec2Wire]) {
  const { name, operations, plane } = wire.protocol
  const own = wire.words ?? signedWords[wire.target === undefined ? 'query' : 'json']
  describe(`every operation of ${name}`, () => {
    let standing: SignedHouse
    before(async () => {
      standing = await signedHouse()
    })
    const asked = async (who: Signer, what: Parameters<SignedHouse['send']>[2]) => auditedAs({ standing, wire, who }, { ...what, plane })

    test('is in the table of good requests', () => {
      const known = new Set(wire.good.map(({ operation }) => operation))
      assert.deepEqual(
        operations.map(operation => operation.name).filter(one => !known.has(one)),
        [],
      )
    })

    for (const { name: operation, permissions } of operations) {
      test(`${operation} refuses a malformed body in the service's words`, async () => {
        for (const [what, body] of malformedFor(wire, operation)) {
          const answered = await asked('administrator', { operation, body })
          assert.deepEqual([answered.status, codeIn(answered)], [400, own.malformed], `${what}: ${answered.text}`)
        }
      })
      if (permissions !== 'public')
        test(`${operation} asks who signed, and for what`, async () => {
          const body = bodyFor(wire, operation, {})
          const nobody = await asked('nobody', { operation, body })
          assert.deepEqual([nobody.status, codeIn(nobody)], own.nobody)
          const foreign = await asked('administrator', { operation, body, service: 'dynamodb' })
          assert.deepEqual([foreign.status, codeIn(foreign)], own.foreign)
        })
    }

    test('does a good request for whoever may, and for nobody else', async () => {
      const kept = new Map<string, string>()
      for (const { operation, body, keep, anybody, answers } of wire.good.filter(({ untried }) => untried === undefined)) {
        const what = { operation, body: bodyFor(wire, operation, body(kept)) }
        const stranger = await asked('stranger', what)
        if (anybody !== true) assert.deepEqual([stranger.status, codeIn(stranger)], own.stranger, `${operation}: ${stranger.text}`)
        const answered = await asked('administrator', what)
        if (answers === undefined) assert.equal(answered.status, 200, `${operation}: ${answered.text}`)
        else assert.deepEqual([answered.status, codeIn(answered)], answers)
        keep?.(answered, kept)
      }
    })
  })
}

/** As `audited`, of a wire whose requests are signed. */
async function auditedAs(
  { standing, wire, who }: { readonly standing: SignedHouse; readonly wire: SignedWire; readonly who: Signer },
  { plane, ...what }: Parameters<SignedHouse['send']>[2] & { readonly plane: string },
): Promise<Answered> {
  const already = standing.ground.rows().length
  const answered = await standing.send(wire, who, what)
  // What one service does of another's for the caller, or in another Region, has an entry of its own, there.
  const rows = standing.ground
    .rows()
    .slice(already)
    .filter(row => row['plane'] === plane && row['place'] === undefined)
  assert.equal(rows.length, 1, 'one entry')
  const row = rowShape.parse(rows[0])
  assert.deepEqual([row.plane, row.operation, row.result.http], [plane, what.operation, answered.status])
  if (answered.status >= 400) assert.equal(row.writes, undefined, 'a refusal writes nothing')
  if (answered.status === 403) assert.equal(row.decision.allow, false)
  return answered
}
