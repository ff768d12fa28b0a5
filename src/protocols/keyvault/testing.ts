// For tests alone: requests to a vault's wire as the pipeline gets them, without sockets.
import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Context } from '#domain/context.ts'
import type { GroundChanges } from '#domain/testing.ts'
import { keyGround, officer, stranger, type KeyGround } from '#domain/keys/testing.ts'
import { isStreamed } from '#protocols/http/answer.ts'
import { createPipeline, type Routed, type StandingPipeline } from '#protocols/http/pipeline.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { bareRequest, takeApart, type WireRequest } from '#protocols/http/request.ts'
import { keyVaultProtocol } from './index.ts'
import type { VaultSite } from './site.ts'

interface Sent {
  readonly host?: string
  readonly as?: 'officer' | 'stranger' | 'nobody'
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, unless it is bytes. */
  readonly body?: unknown
  readonly from?: string
}

export interface Heard {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly json: unknown
}

export interface VaultWire extends KeyGround {
  readonly send: (method: string, target: string, more?: Sent) => Promise<Heard>
}

const callers: Readonly<Record<string, Principal>> = { officer, stranger }

/** The wire itself, but that who calls is said instead of signed; `nobody` goes through the real door. */
function withCallers(protocol: Protocol<Context, VaultSite>): Protocol<Context, VaultSite> {
  return {
    ...protocol,
    async authenticate(context, call, at) {
      return callers[at.request.header('x-test-caller') ?? ''] ?? protocol.authenticate(context, call, at)
    },
  }
}

export async function vaultWire(changes: GroundChanges = {}): Promise<VaultWire> {
  const ground = await keyGround(changes)
  const pipeline = createPipeline(ground.context, withCallers(keyVaultProtocol('keystead.test')))
  return {
    ...ground,
    async send(method, target, more = {}) {
      const incoming = incomingOf(method, target, more)
      const request = bareRequest(incoming)
      const routed = routedBy(pipeline, incoming, request)
      const bytes = bytesOf(more.body)
      request.bodyTooLong = bytes !== undefined && bytes.length > routed.maximumBytes
      request.body = request.bodyTooLong ? undefined : bytes
      const { status, headers = {}, body = '' } = await routed.answer()
      const text = isStreamed(body) ? assert.fail('a vault streams nothing') : Buffer.from(body).toString()
      const parsed: unknown = text === '' ? undefined : JSON.parse(text)
      return { status, headers, text, json: parsed }
    },
  }
}

function incomingOf(method: string, target: string, more: Sent): IncomingMessage {
  const { host = 'v.vault.keystead.test:8443', as = 'officer', headers = {}, from = '127.0.0.1' } = more
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: from })
  const incoming = new IncomingMessage(socket)
  incoming.method = method
  incoming.url = target
  const all = { host, ...(as !== 'nobody' && { 'x-test-caller': as }), ...headers }
  Object.assign(incoming.headers, all)
  incoming.rawHeaders = Object.entries(all).flat()
  return incoming
}

const bytesOf = (body: unknown): Uint8Array | undefined =>
  body === undefined || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body))

/** As the server does it. */
function routedBy(pipeline: StandingPipeline, incoming: IncomingMessage, request: WireRequest): Routed {
  try {
    return pipeline.route(takeApart(incoming, request))
  } catch (error) {
    if (error instanceof Problem) return pipeline.route(request, error)
    throw error
  }
}

/** Walks into JSON that a test knows. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, step) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined), value)
}
/** Status, code and inner code of a refusal. */
export const refusal = ({ status, json }: Heard): readonly unknown[] => [
  status,
  at(json, 'error', 'code'),
  at(json, 'error', 'innererror', 'code'),
]
export const message = ({ json }: Heard): string => String(at(json, 'error', 'message'))

export const version74 = 'api-version=7.4'
export const ecKey = { kty: 'EC', crv: 'P-256' }
export const zeros = (bytes: number): string => Buffer.alloc(bytes).toString('base64url')

/** With the vault `v`. */
export async function withVault(): Promise<VaultWire> {
  const wire = await vaultWire()
  await wire.addVault('v')
  return wire
}

/** With the key `k` in the vault `v`. */
export async function withKey(body: object = ecKey): Promise<VaultWire & { readonly kid: string }> {
  const wire = await withVault()
  const made = await wire.send('POST', `/keys/k/create?${version74}`, { body })
  assert.equal(made.status, 200, made.text)
  return { ...wire, kid: String(at(made.json, 'key', 'kid')) }
}
