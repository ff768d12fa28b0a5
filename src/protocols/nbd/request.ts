import type { ErrorName } from './problems.ts'
import type { Cookie } from './replies.ts'
import { blockSizes, commandFlags, commands } from './wire.ts'

export const requestBytes = 28

export interface Request {
  readonly magic: number
  readonly flags: number
  readonly type: number
  readonly cookie: Cookie
  /** Rounded beyond 2^53, where no disk ends. */
  readonly offset: number
  readonly length: number
}

export const parseRequest = (bytes: Buffer, at: number): Request => ({
  magic: bytes.readUInt32BE(at),
  flags: bytes.readUInt16BE(at + 4),
  type: bytes.readUInt16BE(at + 6),
  cookie: { high: bytes.readUInt32BE(at + 8), low: bytes.readUInt32BE(at + 12) },
  offset: bytes.readUInt32BE(at + 16) * 0x1_0000_0000 + bytes.readUInt32BE(at + 20),
  length: bytes.readUInt32BE(at + 24),
})

/** What the requests of one connection are measured by. */
export interface Terms {
  readonly size: number
  readonly readOnly: boolean
  readonly structured: boolean
  readonly allocation: boolean
}

interface Rule {
  /** Besides FUA, which is valid on every command ("Command flags"). */
  readonly flags: number
  readonly changes: boolean
  /** The whole of it travels. */
  readonly payload: boolean
  readonly beyondTheEnd: ErrorName
}

const rules: ReadonlyMap<number, Rule> = new Map([
  [commands.read, { flags: commandFlags.doNotFragment, changes: false, payload: true, beyondTheEnd: 'EINVAL' }],
  [commands.write, { flags: 0, changes: true, payload: true, beyondTheEnd: 'ENOSPC' }],
  [commands.trim, { flags: 0, changes: true, payload: false, beyondTheEnd: 'EINVAL' }],
  [commands.writeZeroes, { flags: commandFlags.noHole | commandFlags.fastZero, changes: true, payload: false, beyondTheEnd: 'ENOSPC' }],
  [commands.blockStatus, { flags: commandFlags.onlyOne, changes: false, payload: false, beyondTheEnd: 'EINVAL' }],
])

/** Why a request is not even tried (doc/proto.md, "Error values", "Size constraints"); `undefined`: it is in order. */
export function refusal(request: Request, terms: Terms): ErrorName | undefined {
  if (request.type === commands.flush) return refusalOfFlush(request)
  const rule = rules.get(request.type)
  if (rule === undefined || (request.flags & ~(rule.flags | commandFlags.fua)) !== 0) return 'EINVAL'
  return refusalOfTerms(request, rule, terms) ?? refusalOfRange(request, rule, terms.size)
}

const refusalOfFlush = ({ flags, offset, length }: Request): ErrorName | undefined =>
  (flags & ~commandFlags.fua) !== 0 || offset !== 0 || length !== 0 ? 'EINVAL' : undefined

function refusalOfTerms({ type, flags }: Request, rule: Rule, terms: Terms): ErrorName | undefined {
  if (rule.changes && terms.readOnly) return 'EPERM'
  if (type === commands.blockStatus && !terms.allocation) return 'EINVAL'
  // DF is offered with structured replies alone.
  return type === commands.read && (flags & commandFlags.doNotFragment) !== 0 && !terms.structured ? 'EINVAL' : undefined
}

function refusalOfRange({ type, flags, offset, length }: Request, rule: Rule, size: number): ErrorName | undefined {
  if (length === 0 || offset % blockSizes.minimum !== 0 || length % blockSizes.minimum !== 0) return 'EINVAL'
  if (rule.payload && length > blockSizes.payloadMax) return 'EINVAL'
  if (offset > size || length > size - offset) return rule.beyondTheEnd
  return type === commands.writeZeroes ? refusalOfZeroes(flags, length) : undefined
}

/** Written zeroes are as slow as data, so they are never the fast kind and no longer than data ("NBD_CMD_WRITE_ZEROES", "Size constraints"). */
function refusalOfZeroes(flags: number, length: number): ErrorName | undefined {
  if ((flags & commandFlags.noHole) === 0) return undefined
  if ((flags & commandFlags.fastZero) !== 0) return 'ENOTSUP'
  return length > blockSizes.payloadMax ? 'EOVERFLOW' : undefined
}
