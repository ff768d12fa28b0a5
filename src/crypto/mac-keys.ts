/** Keys of HMAC for one hash each (aws-kms.md 2). `bytes`: of a new key, as long as the hash (RFC 2104 3); `taken`: how long one that is brought may be. */
export const macSpecs = {
  'HMAC-224': { hash: 'sha224', bytes: 28, taken: { min: 28, max: 64 } },
  'HMAC-256': { hash: 'sha256', bytes: 32, taken: { min: 32, max: 64 } },
  'HMAC-384': { hash: 'sha384', bytes: 48, taken: { min: 48, max: 128 } },
  'HMAC-512': { hash: 'sha512', bytes: 64, taken: { min: 64, max: 128 } },
} as const satisfies Record<
  string,
  { readonly hash: string; readonly bytes: number; readonly taken: { readonly min: number; readonly max: number } }
>

export type MacSpec = keyof typeof macSpecs
