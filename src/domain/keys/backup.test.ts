import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import type { PrivateJwk } from '#crypto/import-gate.ts'
import type { Vault } from '#domain/resources/records.ts'
import { backUpKey } from './back-up-key.ts'
import { deleteKey } from './delete-key.ts'
import { encrypt } from './encrypt.ts'
import { importKey } from './import-key.ts'
import { decrypt } from './decrypt.ts'
import { purgeKey } from './purge-key.ts'
import { restoreKey } from './restore-key.ts'
import { keyGround, refusedWith, type KeyGround } from './testing.ts'
import { updateKey } from './update-key.ts'

const octets = (text: string | undefined): Uint8Array => Uint8Array.fromBase64(text ?? '', { alphabet: 'base64url' })

function rsaJwk(modulusLength = 2048): PrivateJwk & { readonly kty: 'RSA' } {
  const { n, e, d, p, q, dp, dq, qi } = generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ format: 'jwk' })
  return {
    kty: 'RSA',
    n: octets(n),
    e: octets(e),
    d: octets(d),
    p: octets(p),
    q: octets(q),
    dp: octets(dp),
    dq: octets(dq),
    qi: octets(qi),
  }
}

const imported = (
  ground: KeyGround,
  vault: Vault,
  asked: { readonly jwk: PrivateJwk; readonly hsm?: boolean; readonly keyOps?: readonly string[] },
) =>
  ground.as(async call =>
    importKey(ground.context, call, {
      permit: ground.permit(call, 'key.import', { vault, name: 'k' }),
      vault,
      name: 'k',
      hsm: false,
      ...asked,
      jwk: structuredClone(asked.jwk),
    }),
  )

describe('importKey', () => {
  test('what is encrypted under the public half is decrypted by the imported one', async () => {
    const ground = await keyGround()
    const { context, as, permit } = ground
    const vault = await ground.addVault('v')
    const { version } = await imported(ground, vault, { jwk: rsaJwk(), keyOps: ['decrypt', 'encrypt'] })
    assert.deepEqual([version.origin, version.spec, version.keyOps], ['imported', 'RSA-2048', ['decrypt', 'encrypt']])
    const named = { vault, name: 'k', version: version.id }
    const sealed = await as(async call =>
      encrypt(context, call, {
        permit: permit(call, 'key.encrypt', named),
        reference: named,
        algorithm: 'RSA-OAEP',
        value: Buffer.from('mine'),
      }),
    )
    const opened = await as(async call =>
      decrypt(context, call, { permit: permit(call, 'key.decrypt', named), reference: named, algorithm: 'RSA-OAEP', value: sealed.value }),
    )
    assert.equal(Buffer.from(opened.value.bytes).toString(), 'mine')
  })

  test('a key that is not whole stays outside', async () => {
    const ground = await keyGround()
    const vault = await ground.addVault('v')
    const [good, other] = [rsaJwk(), rsaJwk()]
    await assert.rejects(imported(ground, vault, { jwk: { ...good, d: other.d } }), refusedWith('KeyNotWhole'))
    await assert.rejects(
      imported(ground, vault, { jwk: rsaJwk(1024) }),
      refusedWith('KeySizeNotSupported', { size: 1024, supported: [2048, 3072, 4096] }),
    )
    await assert.rejects(
      imported(ground, await ground.addVault('std', { sku: 'standard' }), { jwk: good, hsm: true }),
      refusedWith('KeyTypeNeedsPremium'),
    )
    assert.equal((await imported(ground, vault, { jwk: good })).key.versions.length, 1)
  })
})

async function backedUp() {
  const ground = await keyGround()
  const { context, as, permit } = ground
  const vault = await ground.addVault('v')
  const outside = rsaJwk()
  const first = await imported(ground, vault, { jwk: outside })
  const second = await ground.addKey(vault, 'K')
  const named = { vault, name: 'k' }
  await as(async call =>
    updateKey(context, call, {
      permit: permit(call, 'key.update', named),
      reference: { ...named, version: 'current' },
      tags: { t: '1' },
      attributes: { enabled: false },
    }),
  )
  const backUp = async () => as(async call => backUpKey(context, call, { ...named, permit: permit(call, 'key.backUp', named) }))
  const remove = async () => {
    await as(async call => deleteKey(context, call, { ...named, permit: permit(call, 'key.delete', named) }))
  }
  const purge = async () => as(async call => purgeKey(context, call, { ...named, permit: permit(call, 'key.purge', named) }))
  const restore = async (into: Vault, blob: Uint8Array) =>
    as(async call => restoreKey(context, call, { permit: permit(call, 'key.restore', { vault: into }), vault: into, blob }))
  return { ...ground, vault, outside, versions: [first.version.id, second], backUp, remove, purge, restore }
}

describe('a backup', () => {
  test('brings a purged key back: the same ids, times, tags and material', async () => {
    const { context, as, permit, vault, versions, backUp, remove, purge, restore } = await backedUp()
    const named = { vault, name: 'k', version: versions[0] ?? '' }
    const sealed = await as(async call =>
      encrypt(context, call, {
        permit: permit(call, 'key.encrypt', named),
        reference: named,
        algorithm: 'RSA-OAEP-256',
        value: Buffer.from('kept'),
      }),
    )
    const blob = await backUp()
    await assert.rejects(restore(vault, blob), refusedWith('KeyNameInUse', { name: 'k' }))
    await remove()
    await assert.rejects(restore(vault, blob), refusedWith('KeyNameInUse', { name: 'k' }), 'deleted is not free')
    await purge()
    const key = await restore(vault, blob)
    assert.deepEqual(
      key.versions.map(version => version.id),
      versions,
    )
    assert.deepEqual([key.versions[1]?.tags, key.versions[1]?.enabled, key.deleted], [{ t: '1' }, false, undefined])
    const opened = await as(async call =>
      decrypt(context, call, {
        permit: permit(call, 'key.decrypt', named),
        reference: named,
        algorithm: 'RSA-OAEP-256',
        value: sealed.value,
      }),
    )
    assert.equal(Buffer.from(opened.value.bytes).toString(), 'kept')
  })

  test('goes into another vault of the subscription, and is a copy of its own there', async () => {
    const { addVault, vault, backUp, remove, restore } = await backedUp()
    const other = await addVault('other')
    const blob = await backUp()
    await restore(other, blob)
    await remove()
    const standard = await addVault('standard', { sku: 'standard' })
    assert.equal((await restore(standard, blob)).name, 'k', 'no version of it is a hardware key')
    await assert.rejects(restore(vault, blob), refusedWith('KeyNameInUse'))
  })

  test('stays in its subscription', async () => {
    const { addVault, backUp, restore } = await backedUp()
    const foreign = await addVault('foreign', { subscription: '55555555-5555-4555-8555-555555555555' })
    await assert.rejects(restore(foreign, await backUp()), refusedWith('BackupForeign'))
  })

  test('says nothing of the key, and is another each time', async () => {
    const { outside, backUp } = await backedUp()
    const [one, other] = [Buffer.from(await backUp()), Buffer.from(await backUp())]
    assert.notDeepEqual(one, other)
    for (const part of [outside.d, outside.p, outside.q, outside.n]) assert.ok(part === undefined || !one.includes(part))
    assert.equal(one.subarray(1, 1 + (one[0] ?? 0)).toString(), 'KeysteadBackupV1/key')
  })

  test('touched, cut short or made longer it is refused, whichever byte it is', async () => {
    const { vault, backUp, remove, purge, restore } = await backedUp()
    const blob = await backUp()
    await remove()
    await purge()
    const touched = [...Array.from({ length: 140 }, (_, at) => at), ...Array.from({ length: 20 }, (_, at) => blob.length - 1 - at * 37)]
    for (const at of touched) {
      const wrong = Uint8Array.from(blob)
      wrong[at] = (wrong[at] ?? 0) ^ 1
      await assert.rejects(restore(vault, wrong), refusedWith('BackupInvalid'), `byte ${at}`)
    }
    for (const wrong of [blob.subarray(0, -1), blob.subarray(0, 20), new Uint8Array(0), Buffer.concat([blob, Uint8Array.of(0)])])
      await assert.rejects(restore(vault, wrong), refusedWith('BackupInvalid'), `${wrong.length} bytes`)
    await restore(vault, blob)
  })

  test('of another installation it is refused like noise', async () => {
    const [here, there] = [await backedUp(), await backedUp()]
    await assert.rejects(here.restore(here.vault, await there.backUp()), refusedWith('BackupInvalid'))
  })
})
