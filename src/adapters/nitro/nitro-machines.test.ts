import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { systemRandom } from '#adapters/system/random.ts'
import { pkiBy } from '#adapters/x509/pki.ts'
import { millis, type Bytes } from '#model/brands.ts'
import type { AttestedMachine } from '#ports/attested-machines.ts'
import { readCbor } from './cbor.ts'
import { nitroMachines } from './nitro-machines.ts'
import { maker, writeCbor, type DocumentChanges } from './testing.ts'

const at = millis(1_800_000_000_000)
const known = maker(at)
const pki = pkiBy(systemRandom())
const machines = nitroMachines({ roots: [known.root], pki: async () => pki, random: systemRandom() })

async function proved(document: Bytes, when = at): Promise<AttestedMachine> {
  const machine = await machines.verify(document, when)
  return 'flaw' in machine ? assert.fail(machine.flaw) : machine
}
async function flaw(document: Bytes, when = at): Promise<string> {
  const machine = await machines.verify(document, when)
  return 'flaw' in machine ? machine.flaw : assert.fail('it was taken')
}

describe('a document of a machine', () => {
  test('that leads to the root says what was measured, and whose key answers are for', async () => {
    const machine = await proved(known.document())
    assert.deepEqual([machine.kind, machine.moduleId, machine.registers.size], ['enclave', 'i-0123456789abcdef0-enc0123', 4])
    assert.equal(machine.registers.get(0), '01'.repeat(48))
    assert.deepEqual(await proved(Uint8Array.of(0xd2, ...known.document())), machine, 'tagged as COSE_Sign1 or not')
  })

  test('of a machine with a TPM has its registers under another name', async () => {
    const machine = await proved(known.document({ said: { nitrotpm_pcrs: new Map([[4, new Uint8Array(48).fill(9)]]) } }))
    assert.deepEqual([machine.kind, [...machine.registers]], ['tpm', [[4, '09'.repeat(48)]]])
  })

  test('of a maker that is not trusted proves nothing, and without any root nothing does', async () => {
    assert.match(await flaw(maker(at).document()), /root is not trusted/)
    const none = nitroMachines({ roots: [], pki: async () => pki, random: systemRandom() })
    assert.equal(none.trusted, false)
    assert.ok('flaw' in (await none.verify(known.document(), at)))
  })

  test('with any byte of its signature, or of what is signed, changed proves nothing', async () => {
    const document = known.document()
    for (let byte = 0; byte < document.length; byte += 37) assert.ok((await flaw(document.with(byte, (document[byte] ?? 0) ^ 1))) !== '')
    for (let byte = document.length - 96; byte < document.length; byte += 13)
      assert.ok((await flaw(document.with(byte, (document[byte] ?? 0) ^ 1))) !== '')
    assert.ok((await flaw(document.subarray(0, -1))) !== '')
    assert.ok((await flaw(Uint8Array.of(...document, 0))) !== '')
  })

  const small = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' })
  const refused: readonly (readonly [what: string, changes: DocumentChanges, flaw: RegExp])[] = [
    ['is signed by another algorithm', { algorithm: -7 }, /not a document/],
    ['has no key', { said: { public_key: null } }, /not a document/],
    ['has a key that is not RSA', { said: { public_key: Uint8Array.from(small) } }, /not a document/],
    ['has no registers', { said: { pcrs: new Map() } }, /not a document/],
    ['has a register of another length', { said: { pcrs: new Map([[0, new Uint8Array(20)]]) } }, /not a document/],
    ['names another digest', { said: { digest: 'SHA256' } }, /not a document/],
    ['has nobody who vouches for it', { said: { cabundle: [] } }, /not a document/],
    ['comes from a root alone that did not make its signer', { said: { cabundle: [known.root] } }, /not its issuer/],
    ['was signed by an authority', { leaf: { ca: true } }, /not one to sign with/],
    ['was signed for another purpose', { leaf: { keyUsage: ['keyAgreement'] } }, /not one to sign with/],
    ['comes from an issuer that is no authority', { authority: { ca: false } }, /no authority/],
    ['comes from an authority that signs no certificates', { authority: { keyUsage: ['digitalSignature'] } }, /no authority/],
    ['was signed by a certificate that has run out', { leaf: { notAfter: millis(at - 1_000) } }, /not valid at this time/],
    ['was signed by a certificate that is not valid yet', { leaf: { notBefore: millis(at + 1_000) } }, /not valid at this time/],
  ]
  for (const [what, changes, reason] of refused)
    test(`that ${what} proves nothing`, async () => assert.match(await flaw(known.document(changes)), reason))

  test('is judged by the clock: the same one proves nothing when its certificates have run out', async () => {
    const document = known.document()
    await proved(document)
    assert.match(await flaw(document, millis(at + 4 * 3_600_000)), /not valid at this time/)
  })
})

describe('what is enclosed for a machine', () => {
  const dir = mkdtempSync(join(tmpdir(), 'keystead-nitro-'))
  after(() => rmSync(dir, { recursive: true, force: true }))

  for (const length of [1, 16, 32, 4_096])
    test(`${length} bytes are CMS that OpenSSL opens with the machine's key`, async () => {
      const machine = await proved(known.document())
      const plaintext = systemRandom().bytes(length)
      const enclosed = machines.enclose(machine, plaintext)
      assert.ok(enclosed.length <= 6_144)
      assert.notDeepEqual(machines.enclose(machine, plaintext), enclosed)
      const [message, key] = [join(dir, 'message'), join(dir, 'key')]
      writeFileSync(message, enclosed)
      writeFileSync(key, known.machineKey.export({ format: 'pem', type: 'pkcs8' }))
      const opened = execFileSync('openssl', ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', message, '-inkey', key])
      assert.deepEqual(Uint8Array.from(opened), plaintext)
    })
})

describe('CBOR', () => {
  test('comes back as it was written', () => {
    const value = new Map<string, number | string | null | Uint8Array>([
      ['a', 0],
      ['b', -35],
      ['c', 1_800_000_000_000],
      ['d', 'text'],
      ['e', null],
      ['f', Uint8Array.of(1, 2)],
    ])
    assert.deepEqual(readCbor(Uint8Array.from(writeCbor(value))), value)
  })

  for (const [what, hex] of [
    ['an indefinite length', '9fff'],
    ['a tag', 'c11a514b67b0'],
    ['a float', 'f93c00'],
    ['a number not in its shortest form', '1817'],
    ['a key twice', 'a201020103'],
    ['a key that is none', 'a1f601'],
    ['a text that is not UTF-8', '61ff'],
    ['something left over', '0000'],
    ['an end that is cut off', '4201'],
    ['more depth than there is use for', '8181818181818181818100'],
    ['more than fits into a number', '1bffffffffffffffff'],
  ] as const)
    test(`${what} is not taken`, () => {
      assert.throws(() => readCbor(Uint8Array.fromHex(hex)))
    })
})
