import type { Attachment, Refusal } from '#domain/disks/served-disks.ts'
import type { ByteReader } from './byte-reader.ts'
import { parseInfoRequest, parseMetaRequest, parseString } from './option-data.ts'
import type { MetaRequest } from './option-data.ts'
import { refusals } from './problems.ts'
import { blockSizes, handshakeFlags, infos, magics, optionErrors, optionReplies, options, transmissionFlags } from './wire.ts'

/** What the two agreed on. */
export interface Negotiated {
  readonly attachment: Attachment
  /** Every answer to a read is structured. */
  readonly structured: boolean
  /** BLOCK_STATUS may be asked, for base:allocation. */
  readonly allocation: boolean
}

export interface HandshakeNeeds {
  readonly input: ByteReader
  readonly send: (bytes: Buffer) => void
  readonly attach: (name: string) => Promise<Attachment | Refusal>
  /** Names that LIST tells. */
  readonly offered: () => Iterable<string>
}

/** Longer data is read past and answered TOO_BIG; what no client has a use for ends the session. */
const optionBytesMax = 64 * 1024
const skippedBytesMax = 16 * 1024 * 1024
const contextName = 'base:allocation'
export const contextId = 1

interface Option {
  readonly code: number
  readonly data: Buffer
}

/** State of one haggling. Nothing outlives it but `Negotiated`. */
interface Session {
  readonly needs: HandshakeNeeds
  readonly noZeroes: boolean
  structured: boolean
  /** The export for which base:allocation is selected. */
  contextOf: string | undefined
  /** What INFO or a question for contexts opened: GO for the same name must tell the same ("NBD_OPT_INFO"), and asks for no second unwrap. */
  held: { readonly name: string; readonly attachment: Attachment } | undefined
}

type Step = 'next' | 'end' | Negotiated

/** Fixed newstyle negotiation up to the transmission phase; `undefined`: the session ends. Releases what it does not hand on. */
export async function negotiate(needs: HandshakeNeeds): Promise<Negotiated | undefined> {
  const { input, send } = needs
  send(greeting())
  const flags = (await input.take(4))?.readUInt32BE()
  // "Client flags": unknown ones end the connection. A client without fixed newstyle is served all the same.
  if (flags === undefined || (flags & ~3) !== 0) return undefined
  const session: Session = {
    needs,
    noZeroes: (flags & handshakeFlags.noZeroes) !== 0,
    structured: false,
    contextOf: undefined,
    held: undefined,
  }
  let step: Step = 'next'
  try {
    while (step === 'next') step = await haggle(session)
  } finally {
    if (typeof step === 'string') await session.held?.attachment.release()
  }
  return typeof step === 'string' ? undefined : step
}

function greeting(): Buffer {
  const bytes = Buffer.alloc(18)
  bytes.writeBigUInt64BE(magics.init, 0)
  bytes.writeBigUInt64BE(magics.option, 8)
  bytes.writeUInt16BE(handshakeFlags.fixedNewstyle | handshakeFlags.noZeroes, 16)
  return bytes
}

async function haggle(session: Session): Promise<Step> {
  const { input } = session.needs
  const header = await input.take(16)
  if (header === undefined || header.readBigUInt64BE(0) !== magics.option) return 'end'
  const code = header.readUInt32BE(8)
  const length = header.readUInt32BE(12)
  if (length > optionBytesMax) {
    if (code === options.exportName || length > skippedBytesMax || !(await input.skip(length))) return 'end'
    return fail(session, code, { error: 'tooBig', text: 'the option carries too much data' })
  }
  const data = await input.take(length)
  if (data === undefined) return 'end'
  const handle = handlers.get(code)
  return handle === undefined ? fail(session, code, { error: 'unsupported', text: 'unknown option' }) : handle(session, { code, data })
}

type Handler = (session: Session, option: Option) => Step | Promise<Step>

const handlers: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [options.exportName, exportName],
  [options.abort, abort],
  [options.list, list],
  [options.startTls, startTls],
  [options.info, info],
  [options.go, info],
  [options.structuredReply, structuredReply],
  [options.listMetaContext, listMetaContext],
  [options.setMetaContext, setMetaContext],
])

/** Has no errors: whatever is wrong ends the session. */
async function exportName(session: Session, { data }: Option): Promise<Step> {
  const name = parseString(data)
  if (name === undefined) return 'end'
  const opened = await open(session, name)
  if ('refused' in opened) return 'end'
  const reply = Buffer.alloc(session.noZeroes ? 10 : 134)
  reply.writeBigUInt64BE(BigInt(opened.size), 0)
  reply.writeUInt16BE(flagsOf(session, opened), 8)
  session.needs.send(reply)
  return agreed(session, name, opened)
}

function abort(session: Session, { code }: Option): Step {
  reply(session, code, { type: optionReplies.ack })
  return 'end'
}

/** The exports that were asked for since the program began: whoever may open the socket has been told their names before. */
function list(session: Session, { code, data }: Option): Step {
  if (data.length > 0) return fail(session, code, { error: 'invalid', text: 'this option carries no data' })
  for (const name of session.needs.offered()) {
    const bytes = Buffer.from(name)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    reply(session, code, { type: optionReplies.server, data: Buffer.concat([length, bytes]) })
  }
  reply(session, code, { type: optionReplies.ack })
  return 'next'
}

/** The socket's file mode is the control: there is no wire to protect. */
function startTls(session: Session, { code, data }: Option): Step {
  if (data.length > 0) return fail(session, code, { error: 'invalid', text: 'this option carries no data' })
  return fail(session, code, { error: 'policy', text: 'no TLS on a local socket' })
}

function structuredReply(session: Session, { code, data }: Option): Step {
  if (data.length > 0) return fail(session, code, { error: 'invalid', text: 'this option carries no data' })
  session.structured = true
  return acknowledge(session, code)
}

async function info(session: Session, { code, data }: Option): Promise<Step> {
  const request = parseInfoRequest(data)
  if (request === undefined) return fail(session, code, { error: 'invalid', text: 'malformed request' })
  const opened = await open(session, request.name)
  if ('refused' in opened) return failWith(session, code, { type: refusals[opened.refused], text: opened.why })
  const about = Buffer.alloc(12)
  about.writeUInt16BE(infos.export, 0)
  about.writeBigUInt64BE(BigInt(opened.size), 2)
  about.writeUInt16BE(flagsOf(session, opened), 10)
  reply(session, code, { type: optionReplies.info, data: about })
  if (request.infos.includes(infos.name)) reply(session, code, { type: optionReplies.info, data: nameInfo(request.name) })
  // Asked for or not: who reads it knows our limits, who does not is served in whole sectors and refused below.
  reply(session, code, { type: optionReplies.info, data: blockSizeInfo() })
  acknowledge(session, code)
  return code === options.go ? agreed(session, request.name, opened) : 'next'
}

function nameInfo(name: string): Buffer {
  const bytes = Buffer.from(`\0\0${name}`)
  bytes.writeUInt16BE(infos.name, 0)
  return bytes
}

function blockSizeInfo(): Buffer {
  const bytes = Buffer.alloc(14)
  bytes.writeUInt16BE(infos.blockSize, 0)
  bytes.writeUInt32BE(blockSizes.minimum, 2)
  bytes.writeUInt32BE(blockSizes.preferred, 6)
  bytes.writeUInt32BE(blockSizes.payloadMax, 10)
  return bytes
}

/** An export that is not there, or may not be opened, has no contexts: the same refusal as INFO's ("NBD_OPT_LIST_META_CONTEXT"). */
async function listMetaContext(session: Session, option: Option): Promise<Step> {
  return withMetaRequest(session, option, ({ queries }) => {
    if (queries.length === 0 || queries.includes('base:') || queries.includes(contextName)) replyContext(session, option.code, 0)
  })
}

async function setMetaContext(session: Session, option: Option): Promise<Step> {
  // Whatever comes of it: a failed selection leaves none.
  session.contextOf = undefined
  if (!session.structured) return fail(session, option.code, { error: 'invalid', text: 'structured replies come first' })
  return withMetaRequest(session, option, ({ name, queries }) => {
    if (!queries.includes(contextName)) return
    session.contextOf = name
    replyContext(session, option.code, contextId)
  })
}

async function withMetaRequest(session: Session, { code, data }: Option, answer: (request: MetaRequest) => void): Promise<Step> {
  const request = parseMetaRequest(data)
  if (request === undefined || !request.queries.every(hasNamespace))
    return fail(session, code, { error: 'invalid', text: 'malformed request' })
  const opened = await open(session, request.name)
  if ('refused' in opened) return failWith(session, code, { type: refusals[opened.refused], text: opened.why })
  answer(request)
  return acknowledge(session, code)
}

const hasNamespace = (query: string): boolean => query.indexOf(':') > 0

function replyContext(session: Session, code: number, id: number): void {
  const data = Buffer.from(`\0\0\0\0${contextName}`)
  data.writeUInt32BE(id, 0)
  reply(session, code, { type: optionReplies.metaContext, data })
}

async function open(session: Session, name: string): Promise<Attachment | Refusal> {
  // What the key's loss has suspended since is asked for anew, and refused.
  if (session.held?.name === name && session.held.attachment.usable()) return session.held.attachment
  await session.held?.attachment.release()
  session.held = undefined
  const opened = await session.needs.attach(name)
  if (!('refused' in opened)) session.held = { name, attachment: opened }
  return opened
}

/** A context selected for another name counts for nothing ("NBD_OPT_SET_META_CONTEXT"). */
const agreed = (session: Session, name: string, attachment: Attachment): Negotiated => ({
  attachment,
  structured: session.structured,
  allocation: session.contextOf === name,
})

function flagsOf(session: Session, { readOnly }: Attachment): number {
  const always =
    transmissionFlags.hasFlags |
    transmissionFlags.flush |
    transmissionFlags.fua |
    transmissionFlags.trim |
    transmissionFlags.writeZeroes |
    transmissionFlags.fastZero |
    // One store under all connections: a flush on one covers the others.
    transmissionFlags.multipleConnections
  return always | (readOnly ? transmissionFlags.readOnly : 0) | (session.structured ? transmissionFlags.doNotFragment : 0)
}

function acknowledge(session: Session, code: number): Step {
  reply(session, code, { type: optionReplies.ack })
  return 'next'
}

function fail(session: Session, code: number, { error, text }: { readonly error: keyof typeof optionErrors; readonly text: string }): Step {
  return failWith(session, code, { type: optionErrors[error], text })
}

function failWith(session: Session, code: number, { type, text }: { readonly type: number; readonly text: string }): Step {
  reply(session, code, { type, data: Buffer.from(text) })
  return 'next'
}

function reply(session: Session, code: number, { type, data = Buffer.alloc(0) }: { readonly type: number; readonly data?: Buffer }): void {
  const header = Buffer.alloc(20)
  header.writeBigUInt64BE(magics.optionReply, 0)
  header.writeUInt32BE(code, 8)
  header.writeUInt32BE(type, 12)
  header.writeUInt32BE(data.length, 16)
  session.needs.send(Buffer.concat([header, data]))
}
