// Numbers of the NBD protocol (NetworkBlockDevice/nbd doc/proto.md, "Values"). Everything on the wire is big-endian.

export const magics = {
  init: 0x4e42_444d_4147_4943n, // NBDMAGIC
  option: 0x4948_4156_454f_5054n, // IHAVEOPT
  optionReply: 0x0003_e889_0455_65a9n,
  request: 0x2560_9513,
  simpleReply: 0x6744_6698,
  structuredReply: 0x668e_33ef,
} as const

export const handshakeFlags = { fixedNewstyle: 1, noZeroes: 2 } as const

export const options = {
  exportName: 1,
  abort: 2,
  list: 3,
  startTls: 5,
  info: 6,
  go: 7,
  structuredReply: 8,
  listMetaContext: 9,
  setMetaContext: 10,
} as const

export const optionReplies = { ack: 1, server: 2, info: 3, metaContext: 4 } as const

const failed = 0x8000_0000
export const optionErrors = {
  unsupported: failed + 1,
  policy: failed + 2,
  invalid: failed + 3,
  unknown: failed + 6,
  tooBig: failed + 9,
} as const

export const infos = { export: 0, name: 1, blockSize: 3 } as const

export const transmissionFlags = {
  hasFlags: 1,
  readOnly: 1 << 1,
  flush: 1 << 2,
  fua: 1 << 3,
  trim: 1 << 5,
  writeZeroes: 1 << 6,
  doNotFragment: 1 << 7,
  multipleConnections: 1 << 8,
  fastZero: 1 << 11,
} as const

export const commands = { read: 0, write: 1, disconnect: 2, flush: 3, trim: 4, writeZeroes: 6, blockStatus: 7 } as const

export const commandFlags = { fua: 1, noHole: 2, doNotFragment: 4, onlyOne: 8, fastZero: 16 } as const

export const chunkTypes = { none: 0, offsetData: 1, offsetHole: 2, blockStatus: 5, error: 0x8001 } as const
export const chunkDone = 1

/** base:allocation: a hole that reads as zeroes. */
export const holeOfZeroes = 3

/** Sizes that we tell: a sector, a page, and what every client can live with ("Size constraints"). */
export const blockSizes = { minimum: 512, preferred: 4096, payloadMax: 32 * 1024 * 1024 } as const

/** "Conventions": no string is longer. */
export const stringBytesMax = 4096
