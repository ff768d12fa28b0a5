// What a symmetric key can be and do (key-vault.md 2.2, 2.6; RFC 7518 5.2, 5.3, 3.2). Kept where hardware keys are kept, or not at all.

export const symmetricSpecs = {
  'oct-128': { kty: 'oct', bits: 128 },
  'oct-192': { kty: 'oct', bits: 192 },
  'oct-256': { kty: 'oct', bits: 256 },
} as const satisfies Record<string, { readonly kty: 'oct'; readonly bits: number }>

export type SymmetricSpec = keyof typeof symmetricSpecs

export const isSymmetric = (spec: string): spec is SymmetricSpec => Object.hasOwn(symmetricSpecs, spec)

type CipherRow =
  | { readonly mode: 'gcm' | 'cbc'; readonly bits: number }
  | { readonly mode: 'cbcpad'; readonly bits: number }
  /** Key wrap: of keys of one size, or of any. */
  | { readonly mode: 'plain' | 'padded'; readonly bits?: number }

/** Encryption and key wrapping. `bits`: of the key that it takes; CKM's names take any. */
export const symmetricCiphers = {
  A128GCM: { mode: 'gcm', bits: 128 },
  A192GCM: { mode: 'gcm', bits: 192 },
  A256GCM: { mode: 'gcm', bits: 256 },
  A128CBC: { mode: 'cbc', bits: 128 },
  A192CBC: { mode: 'cbc', bits: 192 },
  A256CBC: { mode: 'cbc', bits: 256 },
  A128CBCPAD: { mode: 'cbcpad', bits: 128 },
  A192CBCPAD: { mode: 'cbcpad', bits: 192 },
  A256CBCPAD: { mode: 'cbcpad', bits: 256 },
  A128KW: { mode: 'plain', bits: 128 },
  A192KW: { mode: 'plain', bits: 192 },
  A256KW: { mode: 'plain', bits: 256 },
  A128KWPAD: { mode: 'padded', bits: 128 },
  A192KWPAD: { mode: 'padded', bits: 192 },
  A256KWPAD: { mode: 'padded', bits: 256 },
  CKM_AES_KEY_WRAP: { mode: 'plain' },
  CKM_AES_KEY_WRAP_PAD: { mode: 'padded' },
} as const satisfies Record<string, CipherRow>

export type SymmetricCipher = keyof typeof symmetricCiphers

export const isSymmetricCipher = (name: string): name is SymmetricCipher => Object.hasOwn(symmetricCiphers, name)

/** Made for keys, and not for what is longer: the ones that wrapKey and unwrapKey take. */
export const wrapsKeys = (name: SymmetricCipher): boolean =>
  symmetricCiphers[name].mode === 'plain' || symmetricCiphers[name].mode === 'padded'

/** HMAC over the bytes that are given; a key as long as the hash (RFC 7518 3.2). */
export const macAlgorithms = {
  HS256: { hash: 'sha256', bits: 256 },
  HS384: { hash: 'sha384', bits: 384 },
  HS512: { hash: 'sha512', bits: 512 },
} as const satisfies Record<string, { readonly hash: string; readonly bits: number }>

export type MacAlgorithm = keyof typeof macAlgorithms

export const isMac = (name: string): name is MacAlgorithm => Object.hasOwn(macAlgorithms, name)
