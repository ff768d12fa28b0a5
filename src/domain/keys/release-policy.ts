// What a release policy says (key-vault.md 10.2): authorities, and what the token of each must claim.
import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { ReleasePolicy } from './records.ts'

type JsonObject = Readonly<Record<string, unknown>>

interface Claim {
  readonly claim: string
  readonly equals: string | number | boolean
}
interface All {
  readonly allOf: readonly Node[]
}
interface Any {
  readonly anyOf: readonly Node[]
}
type Node = Claim | All | Any
type ForAuthority = { readonly authority: string } & (All | Any)

export interface ReadPolicy {
  readonly anyOf: readonly ForAuthority[]
}

const bytesMax = 10 * 1024
const depthMax = 8
const nodesMax = 200

const text = z.string().min(1)
const nodes = z.lazy(() => z.array(node).min(1))
const claim = z.strictObject({ claim: text, equals: z.union([z.string(), z.number(), z.boolean()]) })
const node: z.ZodType<Node> = z.lazy(() => z.union([claim, z.strictObject({ allOf: nodes }), z.strictObject({ anyOf: nodes })]))
const authority = text.refine(url => URL.parse(url)?.protocol === 'https:')
const policy = z.strictObject({
  version: z.literal('1.0.0'),
  anyOf: z.array(z.union([z.strictObject({ authority, allOf: nodes }), z.strictObject({ authority, anyOf: nodes })])).min(1),
})

/** Raises `InvalidBody` for what is no policy. `bytes`: as they came, kept so. */
function parseReleasePolicy(bytes: Uint8Array): ReadPolicy {
  const read = bytes.length > bytesMax ? undefined : readPolicy(bytes)
  if (read !== undefined) return read
  throw new Problem({
    code: 'InvalidBody',
    details: {
      name: 'release_policy.data',
      message: `must be a key release policy of version 1.0.0, of ${bytesMax} bytes at most: {"version":"1.0.0","anyOf":[{"authority":…,"allOf"|"anyOf":[{"claim":…,"equals":…}]}]}`,
    },
  })
}

function readPolicy(bytes: Uint8Array): ReadPolicy | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isSmall(value) ? policy.safeParse(value).data : undefined
  } catch {
    return undefined
  }
}

/** Before any recursion over what a stranger wrote. */
function isSmall(value: unknown): boolean {
  let level: readonly unknown[] = [value]
  let seen = 0
  for (let depth = 0; level.length > 0; depth += 1) {
    seen += level.length
    if (depth > 2 * depthMax || seen > 4 * nodesMax) return false
    level = level.flatMap(one => childrenOf(one))
  }
  return true
}

const childrenOf = (value: unknown): readonly unknown[] => (typeof value === 'object' && value !== null ? Object.values(value) : [])

/** Raises `InvalidBody`. */
export const readPolicyOf = ({ data }: ReleasePolicy): ReadPolicy =>
  parseReleasePolicy(Uint8Array.fromBase64(data, { alphabet: 'base64url' }))

/** The first claim that does not hold under the authority of the token; `authority` where it names none of them; `undefined`: all is well. */
export function unmetOf({ anyOf }: ReadPolicy, token: { readonly issuer: string; readonly claims: JsonObject }): string | undefined {
  const own = anyOf.filter(one => one.authority === token.issuer)
  if (own.length === 0) return 'authority'
  const unmet = own.map(one => unmetIn(one, token.claims))
  return unmet.includes(undefined) ? undefined : unmet[0]
}

function unmetIn(of: Node, claims: JsonObject): string | undefined {
  if ('claim' in of) return claimAt(claims, of.claim) === of.equals ? undefined : of.claim
  if ('allOf' in of) return firstOf(of.allOf.map(one => unmetIn(one, claims)))
  const unmet = of.anyOf.map(one => unmetIn(one, claims))
  return unmet.includes(undefined) ? undefined : unmet[0]
}

const firstOf = (unmet: readonly (string | undefined)[]): string | undefined => unmet.find(one => one !== undefined)

/** A dotted path into own members; a name with dots in it is found whole first. */
function claimAt(claims: unknown, path: string): unknown {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return undefined
  const whole = new Map<string, unknown>(Object.entries(claims))
  if (whole.has(path)) return whole.get(path)
  const dot = path.indexOf('.')
  return dot < 0 ? undefined : claimAt(whole.get(path.slice(0, dot)), path.slice(dot + 1))
}
