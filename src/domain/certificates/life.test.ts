import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { describe, test } from 'node:test'
import type { Bytes } from '#model/brands.ts'
import { createKey } from '#domain/keys/create-key.ts'
import { deleteKey } from '#domain/keys/delete-key.ts'
import { kindOf } from '#domain/keys/specs.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { setSecret } from '#domain/secrets/set-secret.ts'
import { answerTo, selfSignedPem } from '#tests/wire/certificates.ts'
import { backUpCertificate, restoreCertificate } from './back-up-certificate.ts'
import { purgeCertificate, recoverCertificate } from './delete-certificate.ts'
import { cancelPendingCertificate, deletePendingCertificate, getPendingCertificate } from './pending-certificate.ts'
import { setIssuer } from './issuers.ts'
import { issuerScope } from './reference.ts'
import { certificateGround, ecPolicy, type CertificateGround } from './testing.ts'
import type { PolicyChange } from './policy.ts'
import { updateCertificate, updatePolicy } from './update-certificate.ts'

const dayMs = 86_400_000
const unknown = ecPolicy({ issuer: { name: 'Unknown' } })
const life = ({ clock }: CertificateGround) => ({ from: clock.now() - dayMs, days: 90 })
const pending = async ({ context, as, permit, vault }: CertificateGround, name: string) =>
  (await as(async call => getPendingCertificate(context, call, { permit: permit(call, 'certificate.read', { vault, name }), vault, name })))
    .operation

describe('a certificate that was asked for', () => {
  test('is made by the scheduler with key and secret of one name, one version, one window and its tags', async () => {
    const ground = await certificateGround()
    const asked = await ground.create('Web', ecPolicy(), { tags: { a: 'b' } })
    assert.deepEqual([asked.status, asked.issuer], ['inProgress', 'self'])
    assert.equal((await ground.get('web')).version, undefined, 'nothing before the scheduler came')
    assert.equal(await ground.due('certificateOperations', 'web'), true)
    const { certificate, version, operation } = await ground.get('WEB')
    assert.ok(version)
    assert.deepEqual([certificate.name, version.id, operation?.status], ['Web', asked.version, 'completed'])
    const [key, secret, leaf] = [await ground.key('web'), await ground.secret('web'), await ground.leaf('web')]
    assert.deepEqual([key.key.managed, key.version.keyOps], [true, ['sign', 'verify']])
    for (const part of [key.version, secret.version, version])
      assert.deepEqual(
        [part.id, part.enabled, part.notBefore, part.expires, part.tags],
        [asked.version, true, leaf.validFromDate.getTime(), leaf.validToDate.getTime(), { a: 'b' }],
      )
    assert(leaf.verify(leaf.publicKey) && leaf.checkPrivateKey(createPrivateKey(secret.value)))
    assert.equal(new X509Certificate(secret.value).fingerprint256, leaf.fingerprint256)
    assert(createPublicKey({ key: Buffer.from(key.version.publicKey ?? '', 'base64'), format: 'der', type: 'spki' }).equals(leaf.publicKey))
  })

  test('is answered once, and its key waits nowhere any more', async () => {
    const ground = await certificateGround()
    await ground.issue('c')
    assert.equal(await ground.due('certificateOperations', 'c'), false)
    const { certificateOperations } = ground.context
    assert.deepEqual(await ground.store.materialOf(certificateOperations.idOf(ground.vault.compartment, ['c'])), [])
    assert.equal((await ground.get('c')).certificate.versions.length, 1)
  })

  test('is answered after a restart too: what waits is due in the store', async () => {
    const ground = await certificateGround()
    await ground.create('c', ecPolicy())
    const [row] = await ground.store.due(ground.clock.now(), 10)
    assert.equal(row?.id, ground.context.certificateOperations.idOf(ground.vault.compartment, ['c']))
  })

  test('leaves no private key where the policy keeps it', async () => {
    const ground = await certificateGround()
    await ground.issue('c', ecPolicy({ key: { type: 'EC', crv: 'P-256', exportable: false } }))
    const { value } = await ground.secret('c')
    assert(!value.includes('PRIVATE'))
    assert.equal(new X509Certificate(value).fingerprint256, (await ground.leaf('c')).fingerprint256)
  })

  test('takes the operations of its key from the usages: signing, wrapping, encrypting', async () => {
    const ground = await certificateGround()
    const usages = ['digitalSignature', 'keyEncipherment', 'dataEncipherment', 'keyAgreement'] as const
    await ground.issue('c', ecPolicy({ key: { type: 'RSA', bits: 2048 }, keyUsage: usages }))
    assert.deepEqual((await ground.key('c')).version.keyOps, ['sign', 'verify', 'wrapKey', 'unwrapKey', 'encrypt', 'decrypt'])
    await assert.rejects(ground.create('d', ecPolicy({ keyUsage: ['keyEncipherment'] })), refusedWith('KeyOperationsUnsupported'))
  })

  for (const reuse of [false, true])
    test(`has ${reuse ? 'the same' : 'another'} key in its next version where reuse_key is ${reuse}`, async () => {
      const ground = await certificateGround()
      const policy = ecPolicy({ key: { type: 'EC', crv: 'P-384', reuse } })
      await ground.issue('c', policy)
      const first = await ground.leaf('c')
      await ground.again('c')
      const second = await ground.leaf('c')
      assert.equal(first.publicKey.equals(second.publicKey), reuse)
      assert.notEqual(first.serialNumber, second.serialNumber)
      assert.equal(second.checkPrivateKey(createPrivateKey((await ground.secret('c')).value)), true)
    })

  test('gets another key where its key may leave from now on: one that was kept stays kept', async () => {
    const ground = await certificateGround()
    const { context, as, permit, vault } = ground
    const named = { vault, name: 'c' }
    const change = async (policy: PolicyChange) =>
      as(async call => updatePolicy(context, call, { permit: permit(call, 'certificate.update', named), ...named, policy }))
    await ground.issue('c', ecPolicy({ key: { type: 'EC', crv: 'P-256', exportable: false, reuse: true } }))
    const kept = await ground.leaf('c')
    await ground.again('c')
    assert((await ground.leaf('c')).publicKey.equals(kept.publicKey), 'the same while it is kept')
    await change({ key: { exportable: true } })
    await ground.again('c')
    const free = await ground.leaf('c')
    assert(!free.publicKey.equals(kept.publicKey))
    const { value } = await ground.secret('c')
    assert(free.checkPrivateKey(createPrivateKey(value)) && !kept.checkPrivateKey(createPrivateKey(value)))
    await ground.again('c')
    assert((await ground.leaf('c')).publicKey.equals(free.publicKey), 'what may leave is used again')
    await change({ key: { exportable: false } })
    await ground.again('c')
    assert((await ground.leaf('c')).publicKey.equals(free.publicKey) && !(await ground.secret('c')).value.includes('PRIVATE'))
    await change({ key: { exportable: true } })
    await ground.again('c')
    assert(!(await ground.leaf('c')).publicKey.equals(free.publicKey))
  })

  test('is refused while another request is in progress, and the name may be freed of it', async () => {
    const ground = await certificateGround()
    const { context, as, permit, vault } = ground
    const named = { vault, name: 'c' }
    await ground.create('c', unknown)
    await assert.rejects(ground.create('c', unknown), refusedWith('CertificatePending'))
    await assert.rejects(ground.bring('c', selfSignedPem('CN=x', life(ground))), refusedWith('CertificatePending'))
    await as(async call => deletePendingCertificate(context, call, { permit: permit(call, 'certificate.update', named), ...named }))
    await assert.rejects(ground.get('c'), refusedWith('CertificateNotFound'))
    await ground.issue('c')
  })

  test('that is called off before its answer is cancelled', async () => {
    const ground = await certificateGround()
    const { context, as, permit, vault } = ground
    const named = { vault, name: 'c' }
    const cancel = async () =>
      as(async call =>
        cancelPendingCertificate(context, call, {
          permit: permit(call, 'certificate.update', named),
          ...named,
          cancellationRequested: true,
        }),
      )
    await ground.create('c', ecPolicy())
    assert.equal((await cancel()).operation.status, 'inProgress', 'asked, not granted yet')
    await ground.due('certificateOperations', 'c')
    assert.equal((await pending(ground, 'c')).status, 'cancelled')
    await assert.rejects(cancel(), refusedWith('NotInProgress'))
    await ground.create('c', unknown)
    assert.equal((await cancel()).operation.status, 'cancelled', 'nobody answers it: at once')
  })

  test('of an issuer that is not connected here fails with a reason, and can be signed outside and merged', async () => {
    const ground = await certificateGround()
    const { context, as, vault } = ground
    await as(async call =>
      setIssuer(context, call, {
        permit: context.access.permit(call, 'issuer.write', { on: issuerScope(vault, 'corp') }),
        vault,
        name: 'corp',
        change: { provider: 'DigiCert' },
      }),
    )
    const asked = await ground.create('c', ecPolicy({ issuer: { name: 'corp' } }))
    await assert.rejects(ground.merge('c', [Uint8Array.fromBase64(answerTo(asked.request, life(ground)))]), refusedWith('MergeForbidden'))
    await ground.due('certificateOperations', 'c')
    const failed = await pending(ground, 'c')
    assert.deepEqual([failed.status, failed.error?.code], ['failed', 'Certificate issuer error'])
    await ground.merge('c', [Uint8Array.fromBase64(answerTo(asked.request, life(ground)))])
    assert.equal((await ground.get('c')).version?.id, asked.version)
    await assert.rejects(ground.create('d', ecPolicy({ issuer: { name: 'nobody' } })), refusedWith('IssuerUnusable'))
  })
})

describe('names', () => {
  test('of keys and secrets are not a certificate’s, nor the other way round, from the first request on', async () => {
    const ground = await certificateGround()
    const { context, as, permit, vault } = ground
    await ground.addKey(vault, 'key')
    await as(async call =>
      setSecret(context, call, {
        permit: permit(call, 'secret.set', { vault, name: 'secret' }),
        vault,
        name: 'secret',
        value: Buffer.of(1),
      }),
    )
    for (const name of ['key', 'SECRET']) {
      await assert.rejects(ground.create(name, ecPolicy()), refusedWith('CertificateNameTaken'))
      await assert.rejects(ground.bring(name, selfSignedPem('CN=x', life(ground))), refusedWith('CertificateNameTaken'))
    }
    await as(async call => deleteKey(context, call, { permit: permit(call, 'key.delete', { vault, name: 'key' }), vault, name: 'key' }))
    await assert.rejects(ground.create('key', ecPolicy()), refusedWith('CertificateNameTaken'), 'deleted, it is still taken')
    await ground.create('asked', unknown)
    const key = { vault, name: 'Asked', kind: kindOf({ type: 'EC' }) }
    await assert.rejects(
      as(async call => createKey(context, call, { permit: permit(call, 'key.create', key), ...key })),
      refusedWith('KeyManaged'),
    )
    await assert.rejects(
      as(async call => setSecret(context, call, { permit: permit(call, 'secret.set', key), ...key, value: Buffer.of(1) })),
      refusedWith('SecretManaged'),
    )
  })
})

describe('at once', () => {
  test('of two requests one is taken, and two issued certificates are of one authority', async () => {
    const ground = await certificateGround()
    const { context, as, vault } = ground
    await as(async call => {
      const permit = context.access.permit(call, 'issuer.write', { on: issuerScope(vault, 'corp') })
      await setIssuer(context, call, { permit, vault, name: 'corp', change: { provider: 'Keystead' } })
    })
    const policy = ecPolicy({ issuer: { name: 'corp' } })
    const ended = await Promise.allSettled([ground.create('c', policy), ground.create('c', policy), ground.create('d', policy)])
    const refused = ended.filter(one => one.status === 'rejected')
    assert.equal(refused.length, 1)
    assert(refusedWith('CertificatePending')(refused[0]?.reason))
    await Promise.all([ground.due('certificateOperations', 'c'), ground.due('certificateOperations', 'd')])
    for (const name of ['c', 'd']) {
      const [leaf, issuer] = (await ground.secret(name)).value.match(/-----BEGIN CERTIFICATE[\s\S]+?-----END CERTIFICATE-----/g) ?? []
      const [own, above] = [new X509Certificate(leaf ?? ''), new X509Certificate(issuer ?? '')]
      assert(own.verify(above.publicKey), 'by the authority that stands')
      assert(own.checkPrivateKey(createPrivateKey((await ground.secret(name)).value)))
      assert.equal((await ground.leaf(name)).fingerprint256, own.fingerprint256)
    }
    assert.equal((await ground.leaf('c')).issuer, (await ground.leaf('d')).issuer)
  })

  test('a request that is replaced while it is answered leaves no certificate of another key', async () => {
    const ground = await certificateGround()
    const { context, as, permit, vault } = ground
    const named = { vault, name: 'c' }
    for (let round = 0; round < 5; round += 1) {
      await ground.create('c', ecPolicy())
      const replaced = as(async call => {
        await deletePendingCertificate(context, call, { permit: permit(call, 'certificate.update', named), ...named })
      }).then(async () => ground.create('c', ecPolicy()))
      await Promise.allSettled([ground.due('certificateOperations', 'c'), replaced])
      await ground.due('certificateOperations', 'c')
      const leaf = await ground.leaf('c')
      assert(leaf.verify(leaf.publicKey) && leaf.checkPrivateKey(createPrivateKey((await ground.secret('c')).value)))
    }
  })
})

describe('what an outside authority signed', () => {
  test('is merged whatever its order, leaf first in the secret, and only for the key that asked', async () => {
    const ground = await certificateGround()
    const asked = await ground.create('c', unknown)
    const other = await ground.create('d', unknown)
    const [mine, theirs] = [asked, other].map(one => Uint8Array.fromBase64(answerTo(one.request, life(ground))))
    assert.ok(mine && theirs)
    await assert.rejects(ground.merge('c', [theirs]), refusedWith('MergeMismatch'))
    await assert.rejects(ground.merge('c', []), refusedWith('InvalidBody'))
    await assert.rejects(ground.merge('c', [Buffer.from('hello')]), refusedWith('InvalidBody'))
    const old = Uint8Array.fromBase64(answerTo(asked.request, { from: ground.clock.now() - 40 * dayMs, days: 30 }))
    await assert.rejects(ground.merge('c', [old]), refusedWith('CertificateExpired'))
    assert.equal((await pending(ground, 'c')).status, 'inProgress')
    await ground.merge('c', [theirs, Buffer.from(Buffer.from(mine).toString('base64'))])
    const { value } = await ground.secret('c')
    assert.equal(new X509Certificate(value).raw.toString('base64'), Buffer.from(mine).toString('base64'))
    assert.equal(value.match(/BEGIN CERTIFICATE/g)?.length, 2)
    await assert.rejects(ground.merge('c', [mine]), refusedWith('PendingCertificateNotFound'))
  })
})

describe('the order of a chain', () => {
  for (const preserveOrder of [false, true])
    test(`is ${preserveOrder ? 'the one that was given' : 'from the leaf upwards'} where preserveCertOrder is ${preserveOrder}`, async () => {
      const ground = await certificateGround()
      const other = selfSignedPem('CN=other', life(ground)).replace(/-----BEGIN PRIVATE[\s\S]+END PRIVATE KEY-----\n/, '')
      const own = await certificateGround()
      await own.issue('c')
      const { value } = await own.secret('c')
      await ground.bring('c', other + value, { preserveOrder })
      const { version } = await ground.get('c')
      assert.equal(new X509Certificate(Buffer.from(version?.certificate ?? '', 'base64')).subject, 'CN=test.example')
      assert.equal(new X509Certificate((await ground.secret('c')).value).subject, preserveOrder ? 'CN=other' : 'CN=test.example')
    })
})

describe('what was brought', () => {
  test('may name a certificate twice, as a leaf beside its full chain does: it is kept once', async () => {
    const ground = await certificateGround()
    const elsewhere = await certificateGround()
    await elsewhere.issue('c')
    const { value: own } = await elsewhere.secret('c')
    const [leaf = ''] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n/.exec(own) ?? []
    const other = selfSignedPem('CN=other', life(ground)).replace(/-----BEGIN PRIVATE[\s\S]+END PRIVATE KEY-----\n/, '')
    await ground.bring('c', leaf + own + other + other)
    const { value } = await ground.secret('c')
    assert.equal(value.split('-----BEGIN CERTIFICATE-----').length - 1, 2)
    assert.equal(new X509Certificate(value).subject, 'CN=test.example')
  })

  test('is judged whole: expired, without key, with another key', async () => {
    const ground = await certificateGround()
    const { clock } = ground
    const good = selfSignedPem('CN=x, O=y, S=z', life(ground))
    const [key = ''] = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----\n/.exec(good) ?? []
    await assert.rejects(
      ground.bring('c', selfSignedPem('CN=x', { from: clock.now() - 9 * dayMs, days: 8 })),
      refusedWith('CertificateExpired'),
    )
    await assert.rejects(ground.bring('c', good.replace(key, '')), refusedWith('BundleWithoutKey'))
    await assert.rejects(ground.bring('c', key + good), refusedWith('BundleRefused'), 'two keys')
    await assert.rejects(ground.bring('c', key), refusedWith('BundleRefused'), 'a key alone')
    await ground.bring('c', Buffer.from(`Bag Attributes\n    localKeyID: 01\n${good}`).toString('base64'))
    const { certificate } = await ground.get('c')
    assert.deepEqual(
      [certificate.policy.subject, certificate.policy.issuer.name, certificate.policy.contentType, certificate.policy.validityMonths],
      ['CN=x, O=y, S=z', 'Unknown', 'application/x-pem-file', 3],
    )
    assert.deepEqual(certificate.policy.lifetimeActions, [{ action: 'EmailContacts', lifetimePercentage: 80 }])
    assert.deepEqual((await ground.key('c')).version.keyOps, ['sign', 'verify'])
  })
})

describe('key, secret and certificate', () => {
  test('are disabled, tagged, deleted, recovered and purged as one', async () => {
    const ground = await certificateGround()
    const { context, as, permit, vault } = ground
    const named = { vault, name: 'c' }
    await ground.issue('c')
    await as(async call =>
      updateCertificate(context, call, {
        permit: permit(call, 'certificate.update', named),
        reference: { ...named, version: 'current' },
        enabled: false,
        tags: { t: 'x' },
      }),
    )
    const { version } = await ground.key('c')
    assert.deepEqual([version.enabled, version.tags], [false, { t: 'x' }])
    await assert.rejects(ground.secret('c'), refusedWith('SecretDisabled'))
    await ground.remove('c')
    await assert.rejects(ground.get('c'), refusedWith('CertificateNotFound'))
    await assert.rejects(ground.create('c', ecPolicy()), refusedWith('CertificateNameDeleted'))
    assert.equal(
      await as(async call => context.keys.get(call, vault.compartment, ['c'])).then(key => key?.value.deleted !== undefined),
      true,
    )
    const recover = async () =>
      as(async call => recoverCertificate(context, call, { permit: permit(call, 'certificate.recover', named), ...named }))
    await recover()
    await assert.rejects(recover(), refusedWith('DeletedCertificateNotFound'))
    assert.equal((await ground.key('c')).key.deleted, undefined)
    await ground.remove('c')
    await as(async call => purgeCertificate(context, call, { permit: permit(call, 'certificate.purge', named), ...named }))
    for (const family of [context.keys, context.secrets, context.certificates, context.certificateOperations])
      assert.deepEqual(await ground.store.materialOf(family.idOf(vault.compartment, ['c'])), [])
    await ground.issue('c')
  })

  test('are purged by the scheduler when their days are over', async () => {
    const ground = await certificateGround()
    await ground.issue('c')
    await ground.remove('c')
    ground.clock.advance(7 * dayMs - 1)
    assert.equal(await ground.due('certificates', 'c'), false)
    ground.clock.advance(1)
    assert.equal(await ground.due('certificates', 'c'), true)
    assert.equal(ground.rows().at(-1)?.['operation'], 'CertificatePurge')
    await ground.issue('c')
  })

  test('come back from a backup in another vault: the same key under the same version, with its operations', async () => {
    const ground = await certificateGround()
    const { context, as, permit, vault } = ground
    await ground.issue('c', ecPolicy({ key: { type: 'RSA', bits: 2048 }, keyUsage: ['keyEncipherment'] }))
    const blob = await as(async call =>
      backUpCertificate(context, call, { permit: permit(call, 'certificate.backUp', { vault, name: 'c' }), vault, name: 'c' }),
    )
    const other = await ground.addVault('w')
    const restore = async (bytes: Bytes) =>
      as(async call =>
        restoreCertificate(context, call, { permit: permit(call, 'certificate.restore', { vault: other }), vault: other, blob: bytes }),
      )
    await restore(blob)
    await assert.rejects(restore(blob), refusedWith('CertificateNameInUse'))
    const touched = Uint8Array.from(blob)
    touched[touched.length - 1] = (touched.at(-1) ?? 0) ^ 1
    await assert.rejects(restore(touched), refusedWith('BackupInvalid'))
    const key = await as(async call => context.keys.get(call, other.compartment, ['c']))
    assert.deepEqual(key?.value.versions[0], (await ground.key('c')).version)
    assert.deepEqual((await ground.key('c')).version.keyOps, ['wrapKey', 'unwrapKey'])
    assert.equal((await ground.store.materialOf(context.secrets.idOf(other.compartment, ['c']))).length, 1)
  })
})

describe('a policy', () => {
  test('is changed by what is named in it, and rules the next version alone', async () => {
    const ground = await certificateGround()
    const { context, as, permit, vault } = ground
    const named = { vault, name: 'c' }
    await ground.issue('c', ecPolicy({ names: { dnsNames: ['a.example'], emails: ['a@b.example'] } }))
    const before = await ground.leaf('c')
    await as(async call =>
      updatePolicy(context, call, {
        permit: permit(call, 'certificate.update', named),
        ...named,
        policy: { validityMonths: 3, names: { dnsNames: ['b.example'] }, key: { exportable: false } },
      }),
    )
    const { policy } = (await ground.get('c')).certificate
    assert.deepEqual([policy.validityMonths, policy.names.dnsNames, policy.names.emails], [3, ['b.example'], ['a@b.example']])
    assert.deepEqual(policy.key, { spec: 'P-256', hsm: false, exportable: false, reuse: false })
    assert.equal((await ground.leaf('c')).fingerprint256, before.fingerprint256)
    await ground.again('c')
    assert.match((await ground.leaf('c')).subjectAltName ?? '', /DNS:b\.example/)
    assert(!(await ground.secret('c')).value.includes('PRIVATE'))
  })

  for (const [what, policy] of [
    ['neither subject nor names', { subject: '' }],
    ['201 characters of subject', { subject: `CN=${'a'.repeat(50)}, O=${'b'.repeat(50)}, OU=${'c'.repeat(50)}, L=${'d'.repeat(50)}` }],
    ['0 months', { validityMonths: 0 }],
    ['1201 months', { validityMonths: 1_201 }],
    ['a DNS name that is none', { names: { dnsNames: ['a b'] } }],
    ['an address that is none', { names: { ipAddresses: ['300.1.1.1'] } }],
    ['a purpose that is no object identifier', { extendedKeyUsage: ['serverAuth'] }],
    ['two triggers', { lifetimeActions: [{ action: 'AutoRenew', lifetimePercentage: 80, daysBeforeExpiry: 10 }] }],
    ['no trigger', { lifetimeActions: [{ action: 'AutoRenew' }] }],
    ['days beyond 27 a month', { validityMonths: 1, lifetimeActions: [{ action: 'AutoRenew', daysBeforeExpiry: 28 }] }],
    ['a hardware key that may leave', { key: { type: 'EC-HSM', exportable: true } }],
  ] as const)
    test(`with ${what} is refused`, async () => {
      const ground = await certificateGround()
      await assert.rejects(ground.create('c', ecPolicy(policy)), refusedWith('InvalidBody'))
    })

  test('is never taken for a hardware key on a standard vault', async () => {
    const ground = await certificateGround({ sku: 'standard' })
    await assert.rejects(ground.create('c', ecPolicy({ key: { type: 'EC-HSM' } })), refusedWith('KeyTypeNeedsPremium'))
  })
})
