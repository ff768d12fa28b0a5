// After every file of clients: nothing that was secret in it may stand in what its instance wrote: store, disks, log, audit.
import { globSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Folders of the data directory that hold what is handed out: a listener's keys, a client's own configuration (SECURITY.md). */
const handedOut = /^(?:tls|client)\//

const secretShapes: readonly (readonly [what: string, shape: RegExp])[] = [
  ['a value that a test marked', /canary/i],
  ['a private key', /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/],
  ['a token', /eyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}/],
  ['a private member of a JWK', /"(?:d|p|q|dp|dq|qi|k)":"[\w-]{20,}"/],
]

export interface Written {
  readonly data: string
  /** What it printed, and its audit in clear. */
  readonly told: Readonly<Record<string, string>>
  /** By what they are. */
  readonly secrets: Readonly<Record<string, string>>
}

/** Where something secret can be read, a sentence each. The sentence names it and does not repeat it. */
export function readableIn({ data, told, secrets }: Written): readonly string[] {
  const files = globSync(join(data, '**/*')).filter(path => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
  const texts = [...files.map(path => [relative(data, path), readFileSync(path, 'latin1')] as const), ...Object.entries(told)].filter(
    ([place]) => !handedOut.test(place),
  )
  return texts.flatMap(([place, text]) => foundIn(text, secrets).map(what => `${what} can be read in ${place}`))
}

const foundIn = (text: string, secrets: Written['secrets']): readonly string[] => [
  ...secretShapes.filter(([, shape]) => shape.test(text)).map(([what]) => what),
  ...Object.entries(secrets)
    .filter(([, secret]) => spellings(secret).some(spelling => text.includes(spelling)))
    .map(([what]) => what),
]

const spellings = (secret: string): readonly string[] => {
  const bytes = Buffer.from(secret)
  return [secret, bytes.toString('hex'), bytes.toString('base64').replace(/.{4}$/, '')]
}
