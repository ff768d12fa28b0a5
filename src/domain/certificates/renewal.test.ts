import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { selfSignedPem } from '#tests/wire/certificates.ts'
import type { Message } from '#ports/post.ts'
import { contactMailTopic } from './announce.ts'
import { contactMails } from './contact-mail.ts'
import { setContacts } from './contacts.ts'
import { setIssuer, updateIssuer } from './issuers.ts'
import { issuerScope } from './reference.ts'
import { certificateGround, ecPolicy, type CertificateGround } from './testing.ts'

const dayMs = 86_400_000
const autoRenew = (lifetimePercentage: number) => ({ lifetimeActions: [{ action: 'AutoRenew', lifetimePercentage } as const] })

async function told({ context, as, permit, vault }: CertificateGround, emails: readonly string[]): Promise<void> {
  await as(async call =>
    setContacts(context, call, { permit: permit(call, 'contacts.write', { vault }), vault, contacts: emails.map(email => ({ email })) }),
  )
}

/** What the outbox has for the contacts, carried out. */
async function delivered({ context, store, clock }: CertificateGround): Promise<readonly Message[]> {
  const messages: Message[] = []
  const consumer = contactMails(context, { deliver: async message => void messages.push(message) })
  for (const effect of await store.takeEffects(contactMailTopic, { now: clock.now(), limit: 10, holdMs: 1 })) {
    await consumer.handle(effect.body)
    await store.settleEffect(effect.id)
  }
  return messages
}

describe('renewal', () => {
  test('makes the next version at its percentage, once, with the tags and under the same policy', async () => {
    const ground = await certificateGround()
    const { clock, store } = ground
    await ground.issue('c', ecPolicy({ validityMonths: 12, ...autoRenew(50) }), { tags: { a: 'b' } })
    const first = await ground.leaf('c')
    const half = (first.validToDate.getTime() - first.validFromDate.getTime()) / 2
    clock.advance(first.validFromDate.getTime() + half - clock.now() - 1)
    assert.equal(await ground.due('certificates', 'c'), false)
    clock.advance(1)
    assert.equal((await store.due(clock.now(), 10)).length, 1)
    assert.equal(await ground.due('certificates', 'c'), true)
    assert.equal(await ground.due('certificateOperations', 'c'), true)
    assert.deepEqual(
      ground
        .rows()
        .slice(-2)
        .map(row => [row['operation'], row['actor']]),
      [
        ['CertificateRenewIfDue', { kind: 'system', oid: 'system' }],
        ['CertificateRenew', { kind: 'system', oid: 'system' }],
      ],
    )
    const second = await ground.leaf('c')
    assert.notEqual(second.serialNumber, first.serialNumber)
    assert(!second.publicKey.equals(first.publicKey))
    const { certificate, version } = await ground.get('c')
    assert.deepEqual([certificate.versions.length, version?.tags, (await ground.key('c')).version.tags], [2, { a: 'b' }, { a: 'b' }])
    assert.equal(await ground.due('certificates', 'c'), false, 'armed for the new one')
    clock.advance(half + dayMs)
    assert.equal(await ground.due('certificates', 'c'), true)
  })

  test('keeps the key where the policy reuses it, days before the expiry too', async () => {
    const ground = await certificateGround()
    const { clock } = ground
    await ground.issue('c', {
      ...ecPolicy({ key: { type: 'EC', crv: 'P-256', reuse: true }, validityMonths: 2 }),
      lifetimeActions: [{ action: 'AutoRenew', daysBeforeExpiry: 10 }],
    })
    const first = await ground.leaf('c')
    clock.advance(first.validToDate.getTime() - 10 * dayMs - clock.now())
    assert.equal(await ground.due('certificates', 'c'), true)
    await ground.due('certificateOperations', 'c')
    assert(first.publicKey.equals((await ground.leaf('c')).publicKey))
  })

  test('works at one percent of one month', async () => {
    const ground = await certificateGround()
    await ground.issue('c', ecPolicy({ validityMonths: 1, ...autoRenew(1) }))
    ground.clock.advance(8 * 60 * 60_000)
    assert.equal(await ground.due('certificates', 'c'), true)
    assert.equal(await ground.due('certificateOperations', 'c'), true)
    assert.equal((await ground.get('c')).certificate.versions.length, 2)
  })

  test('that fails leaves a failed request, tells the contacts, and is tried again a day later', async () => {
    const ground = await certificateGround()
    const { context, as, vault, clock } = ground
    const issuer = async (provider: string) =>
      as(async call => {
        const permit = context.access.permit(call, 'issuer.write', { on: issuerScope(vault, 'corp') })
        await setIssuer(context, call, { permit, vault, name: 'corp', change: { provider } })
      })
    await issuer('Keystead')
    await told(ground, ['a@x.example', 'b@x.example'])
    await ground.issue('c', ecPolicy({ issuer: { name: 'corp' }, validityMonths: 12, ...autoRenew(50) }))
    await issuer('DigiCert')
    clock.advance(184 * dayMs)
    assert.equal(await ground.due('certificates', 'c'), true)
    assert.equal(await ground.due('certificateOperations', 'c'), true)
    assert.equal((await ground.get('c')).operation?.status, 'failed')
    const [message, ...more] = await delivered(ground)
    assert.deepEqual([message?.to, more], [['a@x.example', 'b@x.example'], []])
    assert.match(message?.subject ?? '', /^Certificate c in vault v could not be renewed$/)
    assert.equal(await ground.due('certificates', 'c'), false)
    await issuer('Keystead')
    clock.advance(dayMs)
    assert.equal(await ground.due('certificates', 'c'), true)
    await ground.due('certificateOperations', 'c')
    assert.equal((await ground.get('c')).certificate.versions.length, 2)
  })

  test('by an issuer that is disabled fails, and comes again', async () => {
    const ground = await certificateGround()
    const { context, as, vault, clock } = ground
    const permit = (call: Parameters<typeof context.access.permit>[0]) =>
      context.access.permit(call, 'issuer.write', { on: issuerScope(vault, 'corp') })
    await as(async call => setIssuer(context, call, { permit: permit(call), vault, name: 'corp', change: { provider: 'Keystead' } }))
    await ground.issue('c', ecPolicy({ issuer: { name: 'corp' }, validityMonths: 12, ...autoRenew(50) }))
    await as(async call => updateIssuer(context, call, { permit: permit(call), vault, name: 'corp', change: { enabled: false } }))
    clock.advance(184 * dayMs)
    await ground.due('certificates', 'c')
    await ground.due('certificateOperations', 'c')
    assert.equal((await ground.get('c')).operation?.status, 'failed')
    assert.equal(await ground.due('certificates', 'c'), false)
    clock.advance(dayMs)
    await as(async call => updateIssuer(context, call, { permit: permit(call), vault, name: 'corp', change: { enabled: true } }))
    await ground.due('certificates', 'c')
    await ground.due('certificateOperations', 'c')
    assert.equal((await ground.get('c')).certificate.versions.length, 2)
  })

  test('of what nobody here issued tells the contacts once, whether AutoRenew or EmailContacts was asked for', async () => {
    for (const action of ['AutoRenew', 'EmailContacts'] as const) {
      const ground = await certificateGround()
      const { clock } = ground
      await told(ground, ['a@x.example'])
      const pem = selfSignedPem('CN=x', { from: clock.now() - dayMs, days: 100 })
      await ground.bring('c', pem, { policy: { lifetimeActions: [{ action, daysBeforeExpiry: 40 }] } })
      clock.advance(59 * dayMs - 1)
      assert.equal(await ground.due('certificates', 'c'), false)
      clock.advance(1)
      assert.equal(await ground.due('certificates', 'c'), true)
      assert.equal(ground.rows().at(-1)?.['operation'], 'CertificateEmailContacts')
      assert.deepEqual(
        (await delivered(ground)).map(({ subject }) => subject.slice(0, 40)),
        ['Certificate c in vault v expires on 2027'],
      )
      clock.advance(dayMs)
      assert.equal(await ground.due('certificates', 'c'), false)
      assert.equal((await ground.get('c')).certificate.versions.length, 1)
    }
  })

  test('leaves a disabled or deleted certificate alone', async () => {
    const ground = await certificateGround()
    await ground.issue('c', ecPolicy({ validityMonths: 1, ...autoRenew(50) }), { enabled: false })
    await ground.issue('d', ecPolicy({ validityMonths: 1, ...autoRenew(50) }))
    await ground.remove('d')
    ground.clock.advance(6 * dayMs)
    assert.deepEqual([await ground.due('certificates', 'c'), await ground.due('certificates', 'd')], [false, false])
    assert.deepEqual(await ground.store.due(ground.clock.now(), 10), [])
  })
})
