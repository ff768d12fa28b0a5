import assert from 'node:assert/strict'
import { checkPrimeSync, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { curves } from './curves.ts'
import { importGate } from './import-gate.ts'
import type { Flaw, PrivateJwk, SoundKey } from './import-gate.ts'
import type { EcPrivateJwk } from './import-gate-ec.ts'
import type { RsaPrivateJwk } from './import-gate-rsa.ts'
import { bytesOf, gcd, integerOf, inverse } from './integers.ts'
import { keySpecs } from './key-specs.ts'
import type { KeySpec } from './key-specs.ts'
import { ecSpecNames } from './public-key.ts'

const octets = (member: string | undefined): Uint8Array => Uint8Array.fromBase64(member!, { alphabet: 'base64url' })

function rsaPair(bits: number, publicExponent = 65_537) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits, publicExponent })
  const { n, e, d, p, q, dp, dq, qi } = privateKey.export({ format: 'jwk' })
  const jwk: Required<RsaPrivateJwk> = {
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
  return {
    jwk,
    pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }),
    spki: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
  }
}

function ecPair(spec: (typeof ecSpecNames)[number]) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: keySpecs[spec].opensslName })
  const { x, y, d } = privateKey.export({ format: 'jwk' })
  const jwk: EcPrivateJwk = { kty: 'EC', crv: spec, x: octets(x), y: octets(y), d: octets(d) }
  return {
    jwk,
    pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }),
    spki: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
  }
}

/** A JWK of primes that the test chose: everything that hangs on them adds up. */
function rsaOf(p: bigint, q: bigint, e = 65_537n): Required<RsaPrivateJwk> {
  const d = inverse(e, ((p - 1n) * (q - 1n)) / gcd(p - 1n, q - 1n))!
  const numbers = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p)! }
  const { n, ...rest } = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, bytesOf(value)])) as Record<
    keyof typeof numbers,
    Uint8Array
  >
  return { kty: 'RSA', n, ...rest }
}

async function sound(jwk: PrivateJwk): Promise<SoundKey> {
  const judged = await importGate(jwk)
  assert.ok(!('flaw' in judged), 'flaw' in judged ? judged.flaw : '')
  return judged
}
async function flawOf(jwk: PrivateJwk): Promise<Flaw> {
  const judged = await importGate(jwk)
  assert.ok('flaw' in judged, 'the gate let it through')
  return judged
}
const plus = (bytes: Uint8Array, addend: bigint): Uint8Array => bytesOf(integerOf(bytes) + addend)

const rsa2048 = rsaPair(2048)
const p256 = ecPair('P-256')

describe('import gate, RSA', () => {
  for (const bits of [2048, 3072, 4096]) {
    test(`${bits.toString()} bits: the key leaves as OpenSSL itself writes it, with and without its primes`, async () => {
      const { jwk, pkcs8, spki } = bits === 2048 ? rsa2048 : rsaPair(bits)
      const { n, e, d } = jwk
      for (const given of [jwk, { kty: 'RSA', n, e, d } as const]) {
        const judged = await sound(given)
        assert.equal(judged.spec, `RSA-${bits.toString()}` as KeySpec)
        assert.equal(judged.publicKey.toHex(), spki.toString('hex'))
        if (given === jwk) assert.equal(judged.pkcs8.toHex(), pkcs8.toString('hex'))
      }
    })
  }

  test('primes recovered from n, e and d make the same key, larger prime first', async () => {
    const { n, e, d, p, q } = rsa2048.jwk
    const [larger, smaller] = [integerOf(p!), integerOf(q!)].sort((left, right) => (left > right ? -1 : 1))
    const judged = await sound({ kty: 'RSA', n, e, d })
    assert.deepEqual(judged, await sound(rsaWithD(rsaOf(larger!, smaller!), d)))
  })

  test('a d made modulo φ(n) instead of λ(n) is as good', async () => {
    const { n, e, p, q } = rsa2048.jwk
    const d = bytesOf(inverse(integerOf(e), (integerOf(p!) - 1n) * (integerOf(q!) - 1n))!)
    await sound({ kty: 'RSA', n, e, d })
    await sound(rsaWithD(rsa2048.jwk, d))
  })

  test('leading zeros are of no account', async () => {
    const padded = Object.fromEntries(
      Object.entries(rsa2048.jwk).map(([name, value]) => [name, typeof value === 'string' ? value : Uint8Array.from([0, ...value!])]),
    )
    assert.deepEqual(await sound(padded as unknown as RsaPrivateJwk), await sound(rsa2048.jwk))
  })

  test('another odd exponent above 65537 passes', async () => {
    await sound(rsaPair(2048, 65_539).jwk)
  })

  test('other sizes are refused and named', async () => {
    for (const bits of [1024, 2056]) {
      const { flaw, unsupportedBits } = await flawOf(rsaPair(bits).jwk)
      assert.equal(unsupportedBits, bits)
      assert.equal(flaw, 'the size of n is not supported')
    }
  })

  test('small, even and enormous exponents are refused, e = 1 above all', async () => {
    const exponent = /^e is not odd/
    for (const e of [1n, 3n, 65_535n, 65_538n, 0n, 2n ** 256n + 1n]) {
      assert.match((await flawOf({ ...rsa2048.jwk, e: bytesOf(e) })).flaw, exponent)
    }
    assert.match((await flawOf(rsaPair(2048, 3).jwk)).flaw, exponent)
  })

  test('some of p, q, dp, dq and qi are refused where the rest is missing', async () => {
    const { kty, n, e, d, ...crt } = rsa2048.jwk
    for (const name of Object.keys(crt) as (keyof typeof crt)[]) {
      const rest = { ...crt, [name]: undefined }
      assert.match((await flawOf({ kty, n, e, d, ...rest })).flaw, /together or not at all/)
      assert.match((await flawOf({ kty, n, e, d, [name]: crt[name] })).flaw, /together or not at all/)
    }
  })

  for (const [name, flaw] of [
    ['n', /^n is not the product/],
    ['d', /^d is not the inverse/],
    ['p', /^n is not the product/],
    ['q', /^n is not the product/],
    ['dp', /^dp is not/],
    ['dq', /^dq is not/],
    ['qi', /^qi is not/],
  ] as const) {
    test(`a wrong ${name} is refused, by OpenSSL’s leave or not`, async () => {
      assert.match((await flawOf({ ...rsa2048.jwk, [name]: plus(rsa2048.jwk[name]!, 2n) })).flaw, flaw)
    })
  }

  test('a d that does not belong to n and e is refused without primes too', async () => {
    const { n, e, d } = rsa2048.jwk
    for (const wrong of [plus(d, 2n), bytesOf(1n), bytesOf(0n), plus(n, 2n)]) {
      assert.equal((await flawOf({ kty: 'RSA', n, e, d: wrong })).flaw, 'd is not the inverse of e')
    }
  })

  test('trivial and swapped factors are refused', async () => {
    const { jwk } = rsa2048
    assert.match((await flawOf({ ...jwk, p: jwk.n, q: bytesOf(1n) })).flaw, /product/)
    assert.match((await flawOf({ ...jwk, p: jwk.q, q: jwk.p })).flaw, /^dp is not/)
  })

  test('a short d, which takes an enormous e, is refused (Wiener)', async () => {
    const [p, q] = [integerOf(rsa2048.jwk.p!), integerOf(rsa2048.jwk.q!)]
    const lambda = ((p - 1n) * (q - 1n)) / gcd(p - 1n, q - 1n)
    const d = 2n ** 200n + 235n
    const e = inverse(d, lambda)
    assert.ok(e !== undefined)
    assert.match((await flawOf({ kty: 'RSA', n: rsa2048.jwk.n, e: bytesOf(e), d: bytesOf(d) })).flaw, /^e is not odd, or not between/)
  })

  test('primes of the ROCA form are refused (CVE-2017-15361)', async () => {
    assert.match((await flawOf(rsaOf(rocaPrimes.p, rocaPrimes.q))).flaw, /ROCA/)
  })

  test('primes that lie close together are refused (CVE-2022-26320)', async () => {
    const p = integerOf(rsa2048.jwk.p!)
    assert.match((await flawOf(rsaOf(primeAfter(p + 2n), p))).flaw, /too close/)
  })

  test('a composite in the place of a prime is refused, although every equation holds', async () => {
    // A Carmichael number in the place of p keeps a^(λ) = 1, so the pairwise test alone would pass.
    const p = carmichael
    const q = integerOf(rsa2048.jwk.q!)
    assert.match((await flawOf(rsaOf(p, q))).flaw, /^p or q is not prime/)
  })

  test('a flaw never quotes a value', async () => {
    const { flaw } = await flawOf({ ...rsa2048.jwk, d: plus(rsa2048.jwk.d, 2n) })
    assert.doesNotMatch(flaw, /[0-9a-f]{6}/)
  })
})

describe('import gate, EC', () => {
  for (const spec of ecSpecNames) {
    test(`${spec}: the key leaves as OpenSSL itself writes it`, async () => {
      const { jwk, pkcs8, spki } = ecPair(spec)
      const judged = await sound(jwk)
      assert.equal(judged.spec, spec)
      assert.equal(judged.pkcs8.toHex(), pkcs8.toString('hex'))
      assert.equal(judged.publicKey.toHex(), spki.toString('hex'))
    })

    test(`${spec}: 0 and the order of the curve are no scalars`, async () => {
      const { jwk } = ecPair(spec)
      for (const d of [0n, curves[spec].n, curves[spec].n + integerOf(jwk.d)]) {
        assert.match((await flawOf({ ...jwk, d: bytesOf(d) })).flaw, /^d is not between/)
      }
    })
  }

  test('members without their leading zeros leave at full width', async () => {
    const short = pairs('P-256').find(({ jwk }) => jwk.d[0] === 0 || jwk.x[0] === 0)!
    const { jwk, pkcs8 } = short
    const trimmed = { ...jwk, x: bytesOf(integerOf(jwk.x)), y: bytesOf(integerOf(jwk.y)), d: bytesOf(integerOf(jwk.d)) }
    assert.equal((await sound(trimmed)).pkcs8.toHex(), pkcs8.toString('hex'))
  })

  test('a point off the curve is refused, and so are coordinates beyond the field', async () => {
    const { jwk } = p256
    assert.match((await flawOf({ ...jwk, y: plus(jwk.y, 1n) })).flaw, /not a point/)
    assert.match((await flawOf({ ...jwk, x: plus(jwk.x, curves['P-256'].p) })).flaw, /not a point/)
    assert.match((await flawOf({ ...jwk, x: bytesOf(0n), y: bytesOf(0n) })).flaw, /not a point/)
  })

  test('another key’s public half is refused', async () => {
    const { x, y } = ecPair('P-256').jwk
    assert.match((await flawOf({ ...p256.jwk, x, y })).flaw, /not the public half/)
  })

  test('the mirrored point is refused', async () => {
    const y = bytesOf(curves['P-256'].p - integerOf(p256.jwk.y), 32)
    assert.match((await flawOf({ ...p256.jwk, y })).flaw, /not the public half/)
  })

  test('other and empty curve names are refused', async () => {
    for (const crv of ['', 'P-224', 'secp256k1', 'p-256', 'constructor', 'Ed25519']) {
      assert.match((await flawOf({ ...p256.jwk, crv })).flaw, /curve is not supported/)
    }
  })

  test('a key under another curve’s name is refused', async () => {
    assert.match((await flawOf({ ...p256.jwk, crv: 'P-256K' })).flaw, /not a point/)
  })
})

function rsaWithD(jwk: Required<RsaPrivateJwk>, d: Uint8Array): RsaPrivateJwk {
  const [p, q] = [integerOf(jwk.p!), integerOf(jwk.q!)]
  return { ...jwk, d, dp: bytesOf(integerOf(d) % (p - 1n)), dq: bytesOf(integerOf(d) % (q - 1n)) }
}

/** k·M + (65537^a mod M), M the product of the first 71 primes: what RSALib made for 2048 bits. */
const rocaPrimes = {
  p: 0xe5fa2a5b6237975be855760cebcc2a9293fec77a466e6a0d3d7c5ae7d7393366eed3e48424af44e4d0771d3777d1edddc8b04919871a776076aed337836c08edfa7f136e14223b249743d04ed3f7e2acb94466079db19166b01a93ccfb55c4684b953c00f20c4b271bed6127aeb0037f8eb1a186dc154d837e436b6800f355a1n,
  q: 0xf2bd0a1e3fb56d68e00898b3c8370fb68881e0dedbc076a902958c459a4a737c42d91759274966205f8a2d5cf6ee1e88551f2846e0add3848593fac8c4b35bff30fa35b64028625979ed33d21199b87c613d3077249773fa43b9c77fbb365586635f44c4d3e33d2bc3c2cf71ecb65391b9e456a2b897ff058ff6c69766c476e5n,
}

/** (6k + 1)(12k + 1)(18k + 1), all three prime (Chernick): a Carmichael number of 1,024 bits. */
const carmichael =
  0xe6666666666666666666666666666666666666666666666666666666666666666666666666666671ba84d459525cfc088ea0c7b34148ae53b343e08b2f3612e604b460c0beda4d394624b38ae801a82ab64cc6f6ef6b7464aeb6c6b546a6b0f75d5c3ce213f086bad6ea51a1d9ead9fcf3798b281aa806e68663e1452814df09n

function primeAfter(odd: bigint): bigint {
  let candidate = odd
  while (!checkPrimeSync(candidate)) candidate += 2n
  return candidate
}

function* pairs(spec: (typeof ecSpecNames)[number]) {
  for (;;) yield ecPair(spec)
}
