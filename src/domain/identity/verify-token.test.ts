import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { describe, test } from 'node:test'
import { anonymous, operator, system } from '#model/principal.ts'
import { Problem, type ProblemCode } from '#model/problem.ts'
import { createAccess } from '#domain/access/permit.ts'
import { ownRuleBook } from '#domain/access/rule-books/own.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { audiencesOf } from './audiences.ts'
import { removeApplication } from './change-application.ts'
import { changePrincipal } from './change-principal.ts'
import { principalById, removePrincipal } from './directory.ts'
import { issueToken } from './issue-token.ts'
import { identityGround, tenantId, type IdentityGround, type Made } from './testing.ts'
import { verifyToken, type Presented } from './verify-token.ts'

const reached = { domain: 'keystead.test', portSuffix: '' }
const login = 'https://login.keystead.test'

async function signedIn(
  ground: IdentityGround,
  made: Made,
  { resource = 'https://vault.keystead.test', capable = false } = {},
): Promise<string> {
  const { accessToken } = await ground.run(anonymous, async call =>
    issueToken(ground.context, call, {
      tenant: tenantId,
      grantType: 'client_credentials',
      clientId: made.appId,
      credential: { secret: made.secretText },
      asked: { resource },
      capable,
      login,
      reached,
    }),
  )
  return accessToken
}

const present = async (ground: IdentityGround, token: string, changes: Partial<Presented> = {}) =>
  ground.run(anonymous, async call =>
    verifyToken(ground.context, call, {
      token,
      audiences: audiencesOf('keyvault', reached),
      login,
      resourceName: 'https://vault.keystead.test',
      ...changes,
    }),
  )

const refusedAs = (code: ProblemCode) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error))
  assert.equal(error.body.code, code)
  return true
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
function decoded(segment: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString())
  return Object.fromEntries(Object.entries(value ?? {}))
}
/** As the issuer wrote it. */
const expiresAt = 1_800_003_599

const ground = await identityGround()
const made = await ground.add('app')
const token = await signedIn(ground, made)
const [head = '', body = '', signature = ''] = token.split('.')

describe('verifyToken', () => {
  test('names the principal, its application, its credential and the issuer', async () => {
    assert.deepEqual(await present(ground, token), {
      id: made.oid,
      kind: 'application',
      tenant: tenantId,
      appId: made.appId,
      credentialId: made.keyId,
      authMethod: 'secret',
      issuer: `${login}/${tenantId}/`,
    })
  })

  test('a second look costs no signature, and finds the same', async () => {
    assert.deepEqual(await present(ground, token), await present(ground, token))
  })

  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const signedBy = (header: object, claims: object): string => {
    const text = `${encoded(header)}.${encoded(claims)}`
    return `${text}.${sign('sha256', Buffer.from(text), stranger.privateKey).toString('base64url')}`
  }
  const [header, claims] = [decoded(head), decoded(body)]
  const [key] = ground.context.signingKeys.peek()
  const hmac = (text: string): string =>
    createHmac('sha256', Buffer.from(key?.value.certificate ?? '', 'base64'))
      .update(text)
      .digest('base64url')
  const hs256 = `${encoded({ ...header, alg: 'HS256' })}.${body}`
  const jwk = stranger.publicKey.export({ format: 'jwk' })
  const lastCharacter = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  /** The same bytes to a lenient decoder: the spare bits of the last character are not zero. */
  const spareBits = token.slice(0, -1) + (lastCharacter[lastCharacter.indexOf(token.at(-1) ?? '') + 1] ?? '')
  const forgeries: Readonly<Record<string, readonly [string, ProblemCode]>> = {
    'algorithm none': [`${encoded({ ...header, alg: 'none' })}.${body}.`, 'TokenMalformed'],
    'algorithm none with the old signature': [`${encoded({ ...header, alg: 'none' })}.${body}.${signature}`, 'TokenMalformed'],
    'HS256 keyed with the public key': [`${hs256}.${hmac(hs256)}`, 'TokenMalformed'],
    PS256: [`${encoded({ ...header, alg: 'PS256' })}.${body}.${signature}`, 'TokenMalformed'],
    'a stranger under our kid': [signedBy(header, claims), 'TokenSignatureInvalid'],
    'a stranger under his own kid': [signedBy({ ...header, kid: 'stranger', x5t: 'stranger' }, claims), 'TokenSignatureInvalid'],
    'a stranger who brings his key along': [signedBy({ ...header, kid: 'x', jwk }, claims), 'TokenSignatureInvalid'],
    'a kid that is a member of every object': [signedBy({ ...header, kid: 'constructor' }, claims), 'TokenSignatureInvalid'],
    'a tenant that is not here': [
      signedBy(header, { ...claims, tid: '9'.repeat(8), iss: `${login}/${'9'.repeat(8)}/` }),
      'TokenIssuerInvalid',
    ],
    'a tid that is not the issuer’s': [signedBy(header, { ...claims, tid: '9'.repeat(8) }), 'TokenIssuerInvalid'],
    'an issuer elsewhere': [signedBy(header, { ...claims, iss: `https://sts.windows.net/${tenantId}/` }), 'TokenIssuerInvalid'],
    'an issuer that only begins like ours': [
      signedBy(header, { ...claims, iss: `https://login.keystead.test:443.evil.example/${tenantId}/` }),
      'TokenIssuerInvalid',
    ],
    'another object id': [`${head}.${encoded({ ...claims, oid: '9', sub: '9' })}.${signature}`, 'TokenSignatureInvalid'],
    'a longer life': [`${head}.${encoded({ ...claims, exp: expiresAt + 86_400 })}.${signature}`, 'TokenSignatureInvalid'],
    'an extension that must be understood': [`${encoded({ ...header, crit: ['x'], x: 1 })}.${body}.${signature}`, 'TokenMalformed'],
    'another type of token': [`${encoded({ ...header, typ: 'ID' })}.${body}.${signature}`, 'TokenMalformed'],
    'the signature cut short': [token.slice(0, -6), 'TokenSignatureInvalid'],
    'the signature empty': [`${head}.${body}.`, 'TokenMalformed'],
    'spaces in the signature': [`${token.slice(0, -10)} ${token.slice(-10)}`, 'TokenMalformed'],
    padding: [`${token}==`, 'TokenMalformed'],
    'spare bits': [spareBits, 'TokenMalformed'],
    'four segments': [`${token}.x`, 'TokenMalformed'],
    'no JSON': [`${Buffer.from('{').toString('base64url')}.${body}.${signature}`, 'TokenMalformed'],
    'seventeen KiB': [`${head}.${encoded({ ...claims, x: 'x'.repeat(17 * 1024) })}.${signature}`, 'TokenMalformed'],
    'fractions of seconds': [signedBy(header, { ...claims, exp: expiresAt + 0.5 }), 'TokenMalformed'],
    nothing: ['', 'TokenMalformed'],
  }
  for (const [what, [forged, code]] of Object.entries(forgeries)) {
    test(`refuses ${what} as ${code}`, async () => {
      assert.notEqual(forged, token)
      await assert.rejects(present(ground, forged), refusedAs(code))
    })
  }

  test('refuses a token for another resource and names both', async () => {
    const forArm = await signedIn(ground, made, { resource: 'https://management.azure.com' })
    await assert.rejects(present(ground, forArm), error => {
      assert.ok(error instanceof Problem && error.body.code === 'TokenAudienceInvalid')
      assert.deepEqual(error.body.details, { expected: 'https://vault.keystead.test', found: 'https://management.azure.com' })
      return true
    })
    await present(ground, forArm, { audiences: audiencesOf('arm', reached) })
  })

  test("refuses another tenant's token where only one tenant's count", async () => {
    await present(ground, token, { tenantId })
    await assert.rejects(present(ground, token, { tenantId: '99999999-2222-4333-8444-555555555555' }), refusedAs('TokenIssuerInvalid'))
  })

  test('holds for its life and the leeway, and no longer, remembered or not', async () => {
    const later = await identityGround()
    const app = await later.add('app')
    const own = await signedIn(later, app)
    later.clock.advance(3_599_000 + 59_000)
    await present(later, own)
    later.clock.advance(1_000)
    await assert.rejects(present(later, own), refusedAs('TokenExpired'))
  })
})

describe('a token is revoked in the moment in which', () => {
  const permitOf = (call: Parameters<Parameters<IdentityGround['run']>[1]>[0]) =>
    createAccess([ownRuleBook]).permit({ ...call, who: operator }, 'directory.write', { on: rootScope })
  const ends: Readonly<Record<string, (on: IdentityGround, app: Made) => Promise<unknown>>> = {
    'its credential is taken away': async (on, app) =>
      on.run(system, async call =>
        on.context.applications.update(call, app.application, { ...app.application.value, passwordCredentials: [] }),
      ),
    'its principal is disabled': async (on, app) =>
      on.run(system, async call => {
        const principal = await principalById(on.context, call, tenantId, app.oid)
        assert.ok(principal)
        return changePrincipal(on.context, call, { permit: permitOf(call), principal, change: { enabled: false } })
      }),
    'its principal is removed': async (on, app) => on.run(system, async call => removePrincipal(on.context, call, tenantId, app.oid)),
    'its application is removed': async (on, app) =>
      on.run(system, async call => removeApplication(on.context, call, { permit: permitOf(call), application: app.application })),
    'its principal’s tokens from before count no more': async (on, app) =>
      on.run(system, async call => {
        const principal = await principalById(on.context, call, tenantId, app.oid)
        assert.ok(principal)
        return on.context.servicePrincipals.update(call, principal, { ...principal.value, tokensValidFrom: call.at + 1_000 })
      }),
  }
  for (const [what, end] of Object.entries(ends)) {
    test(what, async () => {
      const on = await identityGround()
      const app = await on.add('app')
      const own = await signedIn(on, app)
      await present(on, own)
      await end(on, app)
      await assert.rejects(present(on, own), refusedAs('TokenRevoked'))
    })
  }

  for (const capable of [true, false])
    test(`and a client that ${capable ? 'understands' : 'does not understand'} claims is ${capable ? '' : 'not '}told to ask again`, async () => {
      const on = await identityGround()
      const app = await on.add('app')
      const own = await signedIn(on, app, { capable })
      await on.run(system, async call => removePrincipal(on.context, call, tenantId, app.oid))
      await assert.rejects(present(on, own), error => {
        assert.ok(error instanceof Problem && error.body.code === 'TokenRevoked')
        assert.equal(error.body.details.issuedAfter, capable ? Math.floor(on.clock.now() / 1_000) : undefined)
        return true
      })
    })
})
