// For tests alone: a request through a wire's whole pipeline, without a socket.
import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { Problem } from '#model/problem.ts'
import { isStreamed, type Answer } from './answer.ts'
import type { Pipeline, Routed } from './pipeline.ts'
import { bareRequest, takeApart, type WireRequest } from './request.ts'

export interface Asked {
  readonly method?: string
  /** `https://host[:port]/path?query`: path and query go as they are. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** A string as it is; a `URLSearchParams` as a form; anything else as JSON. */
  readonly body?: unknown
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  readonly text: string
  /** Empty where the body is no JSON object. */
  readonly json: Readonly<Record<string, unknown>>
}

/** A string in an answer; fails the test where it is none. */
export function textIn(value: unknown): string {
  assert(typeof value === 'string', `a string was expected, not ${typeof value}`)
  return value
}

/** The objects of a list in an answer. */
export function listIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  assert(Array.isArray(value), `a list was expected, not ${typeof value}`)
  return value.map(objectIn)
}

/** An object in an answer. */
export function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  assert(typeof value === 'object' && value !== null, `an object was expected, not ${typeof value}`)
  return Object.fromEntries(Object.entries(value))
}

export async function ask(pipeline: Pipeline, asked: Asked): Promise<Answered> {
  const [body, type] = bodyOf(asked.body)
  const message = messageOf(asked, { body, type })
  const request = bareRequest(message)
  const found = route(pipeline, message, request)
  const routed = found instanceof Promise ? await found : found
  request.bodyTooLong = routed.streams !== true && (body?.length ?? 0) > routed.maximumBytes
  request.body = request.bodyTooLong ? undefined : body
  if (routed.streams === true && body !== undefined) request.incoming = Readable.from([body])
  const answer = await routed.answer()
  return heard(answer, message.method === 'HEAD')
}

async function heard({ status, headers = {}, body }: Answer, headOnly: boolean): Promise<Answered> {
  const bytes = await bytesOf(headOnly ? undefined : body)
  const text = bytes.toString('utf8')
  return { status, headers, bytes, text, json: text.startsWith('{') ? objectIn(JSON.parse(text)) : {} }
}

async function bytesOf(body: Answer['body']): Promise<Buffer> {
  if (!isStreamed(body)) return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body ?? [])
  const bytes = Buffer.concat(await Array.fromAsync(body.pieces))
  assert.equal(bytes.length, body.length, 'as many bytes as were promised')
  return bytes
}

function messageOf(
  asked: Asked,
  { body, type }: { readonly body: Buffer | undefined; readonly type: string | undefined },
): IncomingMessage {
  const [, host = '', target = '/'] = /^https:\/\/([^/]+)(.*)$/s.exec(asked.url) ?? []
  const message = new IncomingMessage(new Socket())
  message.method = asked.method ?? (body === undefined ? 'GET' : 'POST')
  message.url = target
  message.headers = {
    host,
    ...(type !== undefined && { 'content-type': type }),
    ...(body !== undefined && { 'content-length': body.length.toString() }),
    ...asked.headers,
  }
  message.rawHeaders = Object.entries(message.headers).flatMap(([name, value]) => [name, String(value)])
  return message
}

/** As the server does: what cannot be taken apart is answered by the same pipeline. */
function route(pipeline: Pipeline, message: IncomingMessage, request: WireRequest): Routed | Promise<Routed> {
  try {
    return pipeline.route(takeApart(message, request, pipeline.ownPath))
  } catch (error) {
    if (error instanceof Problem) return pipeline.route(request, error)
    throw error
  }
}

function bodyOf(body: unknown): readonly [bytes: Buffer | undefined, type: string | undefined] {
  if (body === undefined) return [undefined, undefined]
  if (body instanceof URLSearchParams) return [Buffer.from(body.toString()), 'application/x-www-form-urlencoded']
  return [Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), 'application/json']
}
