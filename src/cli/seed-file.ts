import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { CommandFailed, exits } from './output.ts'

const name = z.string().regex(/^[0-9a-zA-Z-]{1,127}$/, 'is letters, digits and hyphens')
const tags = z.record(z.string(), z.string()).optional()

const keySchema = z.strictObject({
  name,
  type: z.string().optional(),
  size: z.number().int().optional(),
  curve: z.string().optional(),
  alg: z.string().optional(),
  hsm: z.boolean().optional(),
  ops: z.array(z.string()).optional(),
  /** Instead of a new key: a private key (PEM, DER, JWK) in a file beside this one. */
  file: z.string().optional(),
  tags,
})
const secretSchema = z
  .strictObject({ name, value: z.string().optional(), file: z.string().optional(), contentType: z.string().optional(), tags })
  .refine(({ value, file }) => (value === undefined) !== (file === undefined), 'a secret has a value or a file')
const vaultSchema = z.strictObject({
  name,
  premium: z.boolean().optional(),
  purgeProtection: z.boolean().optional(),
  retentionDays: z.number().int().min(7).max(90).optional(),
  keys: z.array(keySchema).default([]),
  secrets: z.array(secretSchema).default([]),
})
const seedSchema = z.strictObject({ vaults: z.array(vaultSchema) })

export type Seed = z.output<typeof seedSchema>
export type SeedKey = z.output<typeof keySchema>
export type SeedSecret = z.output<typeof secretSchema>

/** What is to be made, and the folder that its files are beside. Raises `CommandFailed` that quotes no value. */
export function readSeed(file: string): { readonly seed: Seed; readonly beside: (path: string) => string } {
  const refuse = (because: string): never => {
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: `${file} is no file to import.`, because })
  }
  const text = textOf(file, refuse)
  const read = seedSchema.safeParse(text)
  if (!read.success) {
    const { path = [], message = 'is wrong' } = read.error.issues[0] ?? {}
    return refuse(`${path.join('.') || 'it'}: ${message}`)
  }
  return { seed: read.data, beside: path => resolve(dirname(file), path) }
}

function textOf(file: string, refuse: (because: string) => never): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    return refuse(cause instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read')
  }
}
