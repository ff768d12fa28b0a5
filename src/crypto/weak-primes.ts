// RSA moduli that satisfy every equation and are broken all the same (security-and-reliability.md 5.8).
import { bitLength } from './integers.ts'

/** Odd primes to 167: what the ROCA fingerprint looks at (Nemec et al., CCS 2017, "The Return of Coppersmith's Attack", 3). */
const fingerprintPrimes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139,
  149, 151, 157, 163, 167,
]

/** Infineon's RSALib made primes k·M + (65537^a mod M): modulo each prime in M they, and so the modulus, are powers of 65537. */
const powersOf65537: ReadonlyMap<bigint, ReadonlySet<bigint>> = new Map(
  fingerprintPrimes.map(prime => {
    const powers = new Set<bigint>()
    for (let power = 1n; !powers.has(power); power = (power * 65_537n) % BigInt(prime)) powers.add(power)
    return [BigInt(prime), powers]
  }),
)

/** CVE-2017-15361. A sound modulus is taken for one with a probability below 2⁻²⁷. */
export function hasRocaFingerprint(n: bigint): boolean {
  return [...powersOf65537].every(([prime, powers]) => powers.has(n % prime))
}

/** Fermat's factoring finds them in a few steps (CVE-2022-26320); FIPS 186-5 A.1.3 asks for |p − q| > 2^(nlen/2 − 100). */
export function primesAreClose(p: bigint, q: bigint): boolean {
  const distance = p > q ? p - q : q - p
  return bitLength(distance) <= bitLength(p) - 100
}
