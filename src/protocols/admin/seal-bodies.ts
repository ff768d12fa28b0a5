import { z } from 'zod'

const keyFileBytes = 32
const secret = z.string().max(1_024, 'is 1,024 characters at most')

/** What shows that the caller holds a seal: the passphrase itself, or the content of the key file, in base64. */
export const sealProof = z.union(
  [
    z.strictObject({ passphrase: secret }),
    z.strictObject({
      keyFile: z
        .base64('is base64')
        .transform(text => Uint8Array.fromBase64(text))
        .refine(bytes => bytes.length === keyFileBytes, `has ${keyFileBytes} bytes`),
    }),
  ],
  'is a passphrase or the content of a key file',
)
export type SealProof = z.output<typeof sealProof>

/** A seal to be added. A key file is named by its absolute path: it is made there, unless there is one. */
export const newSeal = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('passphrase'), passphrase: secret }),
    z.strictObject({ kind: z.literal('key-file'), file: z.string().startsWith('/', 'is an absolute path') }),
  ],
  'has a kind: passphrase or key-file',
)
export type NewSeal = z.output<typeof newSeal>
