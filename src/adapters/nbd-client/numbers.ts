// Numbers of the NBD protocol that a reader needs (NetworkBlockDevice/nbd doc/proto.md, "Values"). Everything on the wire is big-endian.

export const magics = {
  init: 0x4e42_444d_4147_4943n,
  option: 0x4948_4156_454f_5054n,
  optionReply: 0x0003_e889_0455_65a9n,
  request: 0x2560_9513,
  simpleReply: 0x6744_6698,
  structuredReply: 0x668e_33ef,
} as const

export const handshakeFlags = { fixedNewstyle: 1, noZeroes: 2 } as const
export const options = { go: 7, structuredReply: 8 } as const
export const optionReplies = { ack: 1, info: 3 } as const
/** Replies and chunks above it say no. */
export const optionError = 0x8000_0000
export const infoExport = 0
export const commands = { read: 0, write: 1, disconnect: 2, flush: 3 } as const
export const chunkTypes = { none: 0, offsetData: 1, offsetHole: 2 } as const
export const chunkError = 0x8000
export const chunkDone = 1
/** What every server must take ("Size constraints"); longer replies than a piece of ours are no replies to us. */
export const textBytesMax = 4096
