import { checkPrime } from 'node:crypto'
import { bitLength, gcd, integerOf, inverse, squareRoot } from './integers.ts'
import type { RsaNumbers } from './private-key.ts'
import { rsaPkcs8 } from './private-key.ts'
import { rsaPublicKey, rsaSpecOfBits } from './public-key.ts'
import { hasRocaFingerprint, primesAreClose } from './weak-primes.ts'

/** RFC 7518 6.3.2: the last five come together or not at all. */
export interface RsaPrivateJwk {
  readonly kty: 'RSA'
  readonly n: Uint8Array
  readonly e: Uint8Array
  readonly d: Uint8Array
  readonly p?: Uint8Array | undefined
  readonly q?: Uint8Array | undefined
  readonly dp?: Uint8Array | undefined
  readonly dq?: Uint8Array | undefined
  readonly qi?: Uint8Array | undefined
}

type PublicPart = Pick<RsaNumbers, 'n' | 'e' | 'd'>
type Test = (key: RsaNumbers) => boolean

/** Miller–Rabin, as many rounds as OpenSSL sees fit for the length, on libuv's pool. */
const isPrime = (candidate: bigint): Promise<boolean> =>
  new Promise((resolve, reject) => {
    checkPrime(candidate, (error, prime) => {
      if (error instanceof Error) reject(error)
      else resolve(prime)
    })
  })

/** FIPS 186-5 A.1.1: 2^16 < e < 2^256, odd. Beyond 64 bits OpenSSL has its own mind, and the pairwise test asks it. */
const exponentFits = (e: bigint): boolean => e >= 65_537n && e % 2n === 1n && bitLength(e) <= 256

/** In this order, each resting on those before it. What is true of a sound key, and what is said of one where it is not. */
const tests: readonly (readonly [Test, string])[] = [
  [({ n, p, q }) => p * q === n, 'n is not the product of p and q'],
  [({ n, p, q }) => bitLength(p) * 2 === bitLength(n) && bitLength(q) * 2 === bitLength(n), 'p and q are not half as long as n'],
  [({ p, q }) => !primesAreClose(p, q), 'p and q are too close to each other'],
  [({ e, d, p, q }) => (d * e) % leastCommonMultiple(p - 1n, q - 1n) === 1n, 'd is not the inverse of e'],
  // FIPS 186-5 A.1.1: shorter ones fall to Wiener and Boneh–Durfee.
  [({ n, d }) => d < n && bitLength(d) > bitLength(n) / 2, 'd is too short or longer than n'],
  [({ d, p, dp }) => dp === d % (p - 1n), 'dp is not d modulo p - 1'],
  [({ d, q, dq }) => dq === d % (q - 1n), 'dq is not d modulo q - 1'],
  [({ p, q, qi }) => qi === inverse(q, p), 'qi is not the inverse of q modulo p'],
  [({ n }) => !hasRocaFingerprint(n), 'the key bears the ROCA fingerprint (CVE-2017-15361)'],
]

/** Every number is recomputed from the others; what is missing is recovered (SP 800-56B 6.4.1). */
export async function judgeRsaKey(jwk: RsaPrivateJwk) {
  const given = { n: integerOf(jwk.n), e: integerOf(jwk.e), d: integerOf(jwk.d) }
  const spec = rsaSpecOfBits(bitLength(given.n))
  if (spec === undefined) return { flaw: 'the size of n is not supported', unsupportedBits: bitLength(given.n) }
  const key = withPrimes(given, jwk)
  if ('flaw' in key) return key
  const failed = tests.find(([holds]) => !holds(key))
  if (failed !== undefined) return { flaw: failed[1] }
  if (!(await isPrime(key.p)) || !(await isPrime(key.q))) return { flaw: 'p or q is not prime' }
  return { spec, pkcs8: rsaPkcs8(key), publicKey: rsaPublicKey(key.n, key.e) }
}

function withPrimes(given: PublicPart, jwk: RsaPrivateJwk): RsaNumbers | { readonly flaw: string } {
  if (!exponentFits(given.e)) return { flaw: 'e is not odd, or not between 65537 and 2^256' }
  const crt = crtMembers(jwk)
  if (crt === 'partial') return { flaw: 'p, q, dp, dq and qi come together or not at all' }
  if (crt === 'absent') return recovered(given) ?? { flaw: 'd is not the inverse of e' }
  return crt.p < 3n || crt.q < 3n ? { flaw: 'n is not the product of p and q' } : { ...given, ...crt }
}

function crtMembers({ p, q, dp, dq, qi }: RsaPrivateJwk): Omit<RsaNumbers, keyof PublicPart> | 'absent' | 'partial' {
  const present = [p, q, dp, dq, qi].filter(member => member !== undefined)
  const [first, second, third, fourth, fifth] = present.map(integerOf)
  if (first === undefined) return 'absent'
  if (second === undefined || third === undefined || fourth === undefined || fifth === undefined) return 'partial'
  return { p: first, q: second, dp: third, dq: fourth, qi: fifth }
}

/** SP 800-56B revision 2, appendix C.2: the primes from (n, e, d), deterministic; `undefined` where d does not belong to n and e. */
function recovered({ n, e, d }: PublicPart): RsaNumbers | undefined {
  const multiple = (d * e - 1n) * gcd(n - 1n, d * e - 1n)
  const quotient = multiple / n + 1n
  const rest = n - (multiple % n)
  if (multiple <= 0n || rest % quotient !== 0n) return undefined
  const sum = rest / quotient + 1n
  const square = sum * sum - 4n * n
  if (square <= 0n) return undefined
  const difference = squareRoot(square)
  if (difference * difference !== square) return undefined
  const [p, q] = [(sum + difference) / 2n, (sum - difference) / 2n]
  if (p < 3n || q < 3n || p * q !== n) return undefined
  return { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) ?? 0n }
}

const leastCommonMultiple = (left: bigint, right: bigint): bigint => (left * right) / gcd(left, right)
