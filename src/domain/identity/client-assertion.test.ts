import assert from 'node:assert/strict'
import { constants, createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { describe, test } from 'node:test'
import { certificateOf as assemble, certificateToSign } from '#crypto/self-signed.ts'
import { anonymous, system } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { createAccess } from '#domain/access/permit.ts'
import { ownRuleBook } from '#domain/access/rule-books/own.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { applicationById, changeApplication } from './change-application.ts'
import { certificateOf } from './client-assertion.ts'
import { operator } from '#model/principal.ts'
import type { HeldApplication } from './directory.ts'
import type { KeyCredential } from './records.ts'
import { identityGround, tenantId, type IdentityGround } from './testing.ts'

const now = 1_800_000_000
const day = 86_400
const clientId = (application: HeldApplication) => application.value.appId

interface Client {
  readonly key: KeyObject
  readonly der: Uint8Array
}

const pairOf = (kind: 'rsa' | 'ec') =>
  kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'prime256v1' })

/** A self-signed certificate; its signature is never looked at, so an EC one signs with what it has. */
function certified(kind: 'rsa' | 'ec', days = 30, { publicKey, privateKey } = pairOf(kind)): Client {
  const toBeSigned = certificateToSign({
    commonName: 'client',
    serial: Uint8Array.of(7),
    notBefore: (now - day) * 1_000,
    notAfter: (now + days * day) * 1_000,
    publicKey: publicKey.export({ format: 'der', type: 'spki' }),
  })
  return { key: privateKey, der: assemble(toBeSigned, sign('sha256', toBeSigned, privateKey)) }
}

const [rsa, ec, stranger] = [certified('rsa'), certified('ec'), certified('rsa')]

const thumb = ({ der }: Client, hash: 'sha1' | 'sha256', padded = false): string => {
  const text = createHash(hash).update(der).digest('base64url')
  return padded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text
}

const signers = {
  RS256: (key: KeyObject, text: string) => sign('sha256', Buffer.from(text), key),
  PS256: (key: KeyObject, text: string) =>
    sign('sha256', Buffer.from(text), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  ES256: (key: KeyObject, text: string) => sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }),
  'ES256 as DER': (key: KeyObject, text: string) => sign('sha256', Buffer.from(text), { key, dsaEncoding: 'der' }),
}

interface Form {
  readonly by?: Client
  readonly signed?: keyof typeof signers
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function assertion(id: string, { by = rsa, signed = 'RS256', header = {}, claims = {} }: Form): string {
  const head = { alg: signed.slice(0, 5), typ: 'JWT', ...header }
  const body = {
    aud: `https://login.keystead.test/${tenantId}/oauth2/v2.0/token`,
    iss: id,
    sub: id,
    jti: 'once',
    nbf: now - 5,
    iat: now - 5,
    exp: now + 600,
    ...claims,
  }
  const text = `${encoded(head)}.${encoded(body)}`
  return `${text}.${signers[signed](by.key, text).toString('base64url')}`
}

async function registered(): Promise<{ readonly ground: IdentityGround; readonly application: HeldApplication }> {
  const ground = await identityGround()
  const made = await ground.add('certified')
  const application = await ground.run(operator, async call => {
    const permit = createAccess([ownRuleBook]).permit(call, 'directory.write', { on: rootScope })
    const keyCredentials = [rsa, ec].map(({ der }) => ({ key: der }))
    return changeApplication(ground.context, call, { permit, application: made.application, change: { keyCredentials } })
  })
  return { ground, application }
}

const { ground, application } = await registered()
const id = clientId(application)

const check = async (form: Form, among: readonly KeyCredential[] = application.value.keyCredentials) =>
  ground.run(anonymous, async call =>
    certificateOf(ground.context, call, {
      text: assertion(id, form),
      clientId: id,
      tenant: { tenantId, displayName: 'Contoso', domains: ['contoso.keystead.test'], createdAt: 0 },
      loginHost: 'login.keystead.test',
      among,
    }),
  )

const tokenEndpoint = (named: string, path: string, port = ''): string => `https://login.keystead.test${port}/${named}/${path}`

describe('a client assertion is accepted', () => {
  const forms: Readonly<Record<string, Form>> = {
    'PS256 with x5t#S256 (msal-node)': { signed: 'PS256', header: { 'x5t#S256': thumb(rsa, 'sha256') } },
    'PS256 with the certificate chain along (subject-name authentication)': {
      signed: 'PS256',
      header: { 'x5t#S256': thumb(rsa, 'sha256'), x5c: [Buffer.from(rsa.der).toString('base64')] },
    },
    'RS256 with padded x5t and float times, no nbf (MSAL for Python)': {
      header: { x5t: thumb(rsa, 'sha1', true) },
      claims: { nbf: undefined, iat: now + 0.25, exp: now + 590.5 },
    },
    'RS256 with the thumbprint as kid, an hour long, no iat (Terraform)': {
      header: { kid: thumb(rsa, 'sha1', true) },
      claims: { iat: undefined, nbf: now, exp: now + 3_600 },
    },
    'ES256 as R ‖ S': { by: ec, signed: 'ES256', header: { x5t: thumb(ec, 'sha1') } },
    'ES256 as ASN.1 DER (Terraform)': { by: ec, signed: 'ES256 as DER', header: { kid: thumb(ec, 'sha1', true) } },
    'without any thumbprint, by trial': {},
    'with a kid that is none of ours, by trial': { header: { kid: 'my-key' } },
    'of a clock four minutes ahead': { claims: { nbf: now + 240, iat: now + 240, exp: now + 840 } },
    'for the v1 endpoint': { claims: { aud: tokenEndpoint(tenantId, 'oauth2/token') } },
    'for the endpoint by domain, with a port': { claims: { aud: tokenEndpoint('Contoso.keystead.test', 'oauth2/v2.0/token', ':18443') } },
    'for common': { claims: { aud: tokenEndpoint('common', 'oauth2/v2.0/token') } },
    'for the adfs alias': { claims: { aud: tokenEndpoint('adfs', 'oauth2/token') } },
    'for the issuer': { claims: { aud: tokenEndpoint(tenantId, 'v2.0') } },
    'for several, this among them': { claims: { aud: ['https://elsewhere.example', tokenEndpoint(tenantId, 'v2.0')] } },
    'presented a second time': {},
  }
  for (const [what, form] of Object.entries(forms)) {
    test(what, async () => {
      const credential = await check(form)
      assert.equal(credential.sha256, thumb(form.by ?? rsa, 'sha256'))
    })
  }
})

async function keepOnly(certificates: readonly Client[]) {
  const made = await ground.run(system, async call => {
    const named = { tenantId, id: application.value.id }
    const current = await applicationById(ground.context, call, named)
    const permit = createAccess([ownRuleBook]).permit({ ...call, who: operator }, 'directory.write', { on: rootScope })
    return changeApplication(ground.context, call, {
      permit,
      application: current,
      change: { keyCredentials: certificates.map(({ der }) => ({ key: der })) },
    })
  })
  return made.value.keyCredentials
}

describe('a client assertion over a renewed certificate', () => {
  const pair = pairOf('rsa')
  const [old, renewed] = [certified('rsa', -0.5, pair), certified('rsa', 30, pair)]

  test('counts for the one in time where the header names neither', async () => {
    const among = await keepOnly([old, renewed])
    assert.equal((await check({ by: old }, among)).sha256, thumb(renewed, 'sha256'))
  })
  test('does not where the header names the expired one', async () => {
    const among = await keepOnly([old, renewed])
    await assert.rejects(check({ by: old, header: { 'x5t#S256': thumb(old, 'sha256') } }, among), /OAuthRefused/)
  })
})

describe('a client assertion is refused', () => {
  const flaws: Readonly<Record<string, Form & { readonly code: number }>> = {
    'signed by a key that is not registered': { by: stranger, header: { x5t: thumb(stranger, 'sha1') }, code: 700027 },
    'signed by a stranger under our thumbprint': { by: stranger, header: { x5t: thumb(rsa, 'sha1') }, code: 700027 },
    'signed by a stranger who brings his certificate along': {
      by: stranger,
      header: { x5c: [Buffer.from(stranger.der).toString('base64')] },
      code: 700027,
    },
    'under an algorithm that is none': { header: { alg: 'none' }, code: 700027 },
    'under HS256': { header: { alg: 'HS256' }, code: 700027 },
    'with an extension that must be understood': { header: { crit: ['exp'] }, code: 50027 },
    expired: { claims: { nbf: now - 7_200, iat: now - 7_200, exp: now - 3_600 }, code: 700024 },
    'not yet valid': { claims: { nbf: now + 3_600, iat: now + 3_600, exp: now + 4_200 }, code: 700024 },
    'longer than 61 minutes': { claims: { exp: now + 3_661 }, code: 700024 },
    'without an end': { claims: { exp: undefined }, code: 700024 },
    'with an end that is no number': { claims: { exp: `${now + 600}` }, code: 700024 },
    'for another audience': { claims: { aud: 'https://login.elsewhere.example/token' }, code: 50027 },
    'for a host that only begins like ours': {
      claims: { aud: `https://login.keystead.test.evil.example/${tenantId}/oauth2/v2.0/token` },
      code: 50027,
    },
    'for another tenant': { claims: { aud: tokenEndpoint('99999999-2222-4333-8444-555555555555', 'oauth2/v2.0/token') }, code: 50027 },
    'issued for another client': { claims: { iss: '99999999-2222-4333-8444-555555555555' }, code: 50027 },
    'about another client': { claims: { sub: '99999999-2222-4333-8444-555555555555' }, code: 50027 },
    'without a jti': { claims: { jti: undefined }, code: 50027 },
  }
  for (const [what, { code, ...form }] of Object.entries(flaws)) {
    test(`${what} (AADSTS${code})`, async () => {
      await assert.rejects(check(form), error => {
        assert.ok(error instanceof Problem && error.body.code === 'OAuthRefused')
        assert.deepEqual([error.body.details.code, error.body.details.status, error.body.details.error], [code, 401, 'invalid_client'])
        return true
      })
    })
  }

  test('when its certificate has expired', async () => {
    const old = certified('rsa', -0.5)
    await assert.rejects(check({ by: old }, await keepOnly([old])), /OAuthRefused/)
  })
})
