import { z } from 'zod'
import { encryptionAlgorithms, signatureAlgorithms } from '#crypto/algorithms.ts'
import { mlDsaSpecs } from '#crypto/ml-dsa.ts'
import { macAlgorithms, symmetricCiphers } from '#crypto/symmetric.ts'
import { namesOf } from '#model/names.ts'
import { keyTypes, mlDsaTypes, symmetricType } from '#domain/keys/specs.ts'
import { base64url } from '#protocols/azure/base64url.ts'
import { tagsOf } from '#protocols/azure/object-bodies.ts'
import { tagCharactersMax } from './limits.ts'

// What several operations read. A refusal says what the property must be; problems.ts puts its name in front.

export const must = (be: string) => ({ error: `must be ${be}` })
/** `null` is as good as absent (key-vault.md 1.8). */
export const maybe = <S extends z.ZodType>(schema: S) => schema.nullish().transform(value => value ?? undefined)

export const jsonBody = <S extends z.ZodRawShape>(shape: S) => z.object(shape, must('a JSON object'))

/** 9999-12-31T23:59:59Z: beyond it no calendar of ours goes. */
const secondsMax = 253_402_300_799
/** Unix seconds on the wire, milliseconds inside. */
const time = z
  .int(must('an integer number of seconds since 1970-01-01T00:00:00Z'))
  .min(0, must('not negative'))
  .max(secondsMax, must('a time before the year 10000'))
  .transform(seconds => seconds * 1000)

export const boolean = z.boolean(must('a boolean'))

export const attributes = maybe(
  jsonBody({ enabled: maybe(boolean), nbf: maybe(time), exp: maybe(time), exportable: maybe(boolean) }).transform(
    ({ nbf, exp, enabled, exportable }) => ({ enabled, notBefore: nbf, expires: exp, exportable }),
  ),
)

export const tags = tagsOf(tagCharactersMax)

export const keyOps = maybe(z.array(z.string(must('a string')), must('an array of strings')))
export const flag = maybe(boolean)

/** Of a pair. */
export const keyType = z.enum(keyTypes, must(`one of ${keyTypes.join(', ')}`))
const createdTypes = [...keyTypes, symmetricType, ...mlDsaTypes] as const
export const createdType = z.enum(createdTypes, must(`one of ${createdTypes.join(', ')}`))
export const integer = maybe(z.int(must('an integer')))
export const text = maybe(z.string(must('a string')))
/** Clients may say the exponent, not choose it (key-vault.md 2.2); the Java SDK says 0 where its caller said nothing (`CreateRsaKeyOptions`). */
export const publicExponent = integer.refine(value => value === undefined || value === 0 || value === 65_537, must('65537'))

/** Bytes, at least one. */
const value = base64url.refine(bytes => bytes.length > 0, must('not empty'))

const cipherNames = [...namesOf(encryptionAlgorithms), ...namesOf(symmetricCiphers)]
const cipherAlgorithm = z.enum(cipherNames, must(`one of ${cipherNames.join(', ')}`))
const signatureNames = [...namesOf(signatureAlgorithms), ...namesOf(macAlgorithms), ...namesOf(mlDsaSpecs)]
const signatureAlgorithm = z.enum(signatureNames, must(`one of ${signatureNames.join(', ')}`))

const beside = maybe(base64url)

/** What AES wants besides goes with it; RSA has no use for it. */
export const encryptionBody = jsonBody({ alg: cipherAlgorithm, value, iv: beside, aad: beside, tag: beside })
/** As the verbs take it. */
export const cipherInput = ({ value, iv, aad, tag }: z.output<typeof encryptionBody>) => ({ value, iv, aad, tag })

/** ML-DSA's own: what a signature is for, and a hash made elsewhere, which OpenSSL has no way to take (key-vault.md 0.10). */
const mlDsaMembers = {
  context: beside,
  external_mu: maybe(boolean).refine(asked => asked !== true, must('false: what is signed is hashed here')),
}

export const signBody = jsonBody({ alg: signatureAlgorithm, value, ...mlDsaMembers })
/** A signature of no length at all is a wrong one, not a wrong request. */
export const verifyBody = jsonBody({ alg: signatureAlgorithm, digest: value, value: base64url, ...mlDsaMembers })
export const restoreBody = jsonBody({ value })

/** Where nobody may say one: a value is changed by setting the next version. */
export const noValue = z.undefined({ error: 'must not be given: a secret is set to a new value by PUT' }).optional()
