import { z } from 'zod'

const keyFileBytes = 32
const secret = z.string().max(1_024, 'is 1,024 characters at most')

/** A token and its PIN: the one that the instance is configured with, unless another is named. */
const tokenSaid = {
  pin: z.string().min(1).max(256, 'is 256 bytes at most'),
  module: z.string().startsWith('/', 'is an absolute path').optional(),
  token: z.string().min(1).max(32, 'is a label of 32 bytes at most').optional(),
} as const
export type TokenSaid = Pick<z.output<z.ZodObject<typeof tokenSaid>>, 'pin' | 'module' | 'token'>

/** What shows that the caller holds a seal: the passphrase itself, the content of the key file, in base64, or the PIN of the token. */
export const sealProof = z.union(
  [
    z.strictObject({ passphrase: secret }),
    z.strictObject({
      keyFile: z
        .base64('is base64')
        .transform(text => Uint8Array.fromBase64(text))
        .refine(bytes => bytes.length === keyFileBytes, `has ${keyFileBytes} bytes`),
    }),
    z.strictObject(tokenSaid),
  ],
  'is a passphrase, the content of a key file, or the PIN of a token',
)
export type SealProof = z.output<typeof sealProof>

/** A seal to be added. A key file is named by its absolute path: it is made there, unless there is one. */
export const newSeal = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('passphrase'), passphrase: secret }),
    z.strictObject({ kind: z.literal('key-file'), file: z.string().startsWith('/', 'is an absolute path') }),
    z.strictObject({ kind: z.literal('pkcs11'), ...tokenSaid }),
  ],
  'has a kind: passphrase, key-file or pkcs11',
)
export type NewSeal = z.output<typeof newSeal>
