// The ledger of a test run: what was secret in it. Tests plant canaries, which need no note; what the product itself hands out is noted as it comes.
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Secret } from './finder.ts'
import { leastBytes, mostBytes as sampleBytes } from './spellings.ts'

/** Where a run keeps what its instances left behind, until it was looked through (`tools/test.ts`). */
export const room = (): string | undefined => process.env['KEYSTEAD_LEFT_BEHIND']

/** Where notes go: a file of tests that runs alone keeps them where its instance is. */
const ledger = (): string | undefined => room() ?? process.env['KEYSTEAD_NOTED']

/** What each canary begins with. */
export const marker = 'CANARY-'

/** A text that is nowhere else: whatever it is given as must not be found again. `what` is a word of letters and digits. */
export const canary = (what: string): string => `${marker}${what}-${randomBytes(16).toString('hex')}`

const noted = new Map<string, string>()
const lineShape = z.object({ what: z.string(), value: z.base64() })

/** The file of tests that runs. */
export const here = (): string => basename(process.argv[1] ?? 'tests').replace(/\.ts$/, '')

/** Notes something secret; what is too short to be known again is left out. Answers it. */
export function secret<Value extends string | Uint8Array>(what: string, value: Value): Value {
  for (const sample of samplesOf(Buffer.from(value))) noteSample(what, sample)
  return value
}

/** Of what is long, pieces: many private keys and tokens begin alike. */
function samplesOf(bytes: Buffer): readonly Buffer[] {
  if (bytes.length <= 3 * sampleBytes) return [bytes]
  const parts = bytes.length < 4_096 ? [1 / 3] : [1 / 3, 2 / 3, 1]
  return parts.map(part => {
    const at = Math.min(Math.floor(bytes.length * part), bytes.length - sampleBytes)
    return bytes.subarray(at, at + sampleBytes)
  })
}

function noteSample(what: string, bytes: Buffer): void {
  const value = bytes.toString('base64')
  if (bytes.length < leastBytes || noted.has(value) || bytes.every(byte => byte === bytes[0])) return
  noted.set(value, `${what} of ${here()}`)
  const folder = ledger()
  if (folder !== undefined) appendFileSync(join(folder, `secrets-${process.pid}`), `${JSON.stringify({ what: noted.get(value), value })}\n`)
}

/** Of this process. */
export const notedHere = (): readonly Secret[] => [...noted].map(([value, what]) => ({ what, bytes: Buffer.from(value, 'base64') }))

/** Of all processes of the run; the same value once. */
export function notedIn(folder: string): readonly Secret[] {
  const all = new Map<string, string>()
  for (const name of readdirSync(folder).filter(one => /^secrets-\d+$/.test(one)))
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n'))
      if (line !== '') {
        const { what, value } = lineShape.parse(JSON.parse(line))
        if (!all.has(value)) all.set(value, what)
      }
  return [...all].map(([value, what]) => ({ what, bytes: Buffer.from(value, 'base64') }))
}

/** Members of answers that are secret by their name, in whichever wire. */
const secretNames =
  /^(?:secret|client_?secret|secret_?text|pass(?:word|phrase)|\w*secret_?access_?key|(?:session|access|refresh|id)_?token|(?:private_?key_?)?plaintext|shared_?secret|ssecustomerkey|body|[dpqk]|d[pq]|qi)$/i

/** Notes what is secret by its name, at any depth. Answers what it was given. */
export function secretsIn<Value>(value: Value): Value {
  walked(value)
  return value
}

function walked(value: unknown, name = ''): void {
  if (typeof value === 'string' || value instanceof Uint8Array) {
    if (secretNames.test(name)) secret(name, value)
  } else if (isPlain(value)) for (const [inner, one] of Object.entries(value)) walked(one, Array.isArray(value) ? name : inner)
}

/** Streams and the like are not looked into: looking would use them up. */
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)

/** Keeps a refusal as its client was told it. */
export function refusalTold(text: string): void {
  const folder = room()
  if (folder !== undefined) appendFileSync(join(folder, `refusals-${process.pid}`), `${here()}: ${text}\n`)
}
