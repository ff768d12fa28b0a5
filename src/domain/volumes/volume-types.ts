import { Problem } from '#model/problem.ts'
import type { ProblemDetails } from '#model/problem.ts'
import type { Volume } from './records.ts'

type Range = readonly [min: number, max: number]

interface TypeRules {
  readonly sizeGiB: Range
  /** Absent: nobody chooses them. */
  readonly iops?: Range
  readonly perGiB?: number
  readonly throughput?: Range
}

/** What may be asked of each type of volume (CreateVolume of the API of 2016-11-15). Here they are names: all are served alike. */
const types: Readonly<Record<Volume['type'], TypeRules>> = {
  standard: { sizeGiB: [1, 1_024] },
  gp2: { sizeGiB: [1, 16_384] },
  gp3: { sizeGiB: [1, 65_536], iops: [3_000, 80_000], perGiB: 500, throughput: [125, 2_000] },
  io1: { sizeGiB: [4, 16_384], iops: [100, 64_000], perGiB: 50 },
  io2: { sizeGiB: [4, 65_536], iops: [100, 256_000], perGiB: 1_000 },
  st1: { sizeGiB: [125, 16_384] },
  sc1: { sizeGiB: [125, 16_384] },
}

/** Whose speed is chosen, and not a matter of the size. */
export const typesOfChosenIops: readonly Volume['type'][] = ['gp3', 'io1', 'io2']

export const invalidVolume = (what: ProblemDetails<'VolumeInvalid'>['what'], message: string): Problem =>
  new Problem({ code: 'VolumeInvalid', details: { what, message } })

export interface AskedShape {
  readonly type: Volume['type']
  readonly sizeGiB: number | undefined
  readonly iops: number | undefined
  readonly throughput: number | undefined
}

/** Size and speed of a new volume, with what the type has by itself. Raises `VolumeInvalid`. */
export function shapeOf(asked: AskedShape): Pick<Volume, 'type' | 'sizeGiB' | 'iops' | 'throughput'> {
  const { type, sizeGiB } = asked
  if (sizeGiB === undefined) throw invalidVolume('missing', 'The request must contain the parameter size/snapshot')
  assertSize(type, sizeGiB)
  const iops = iopsOf(asked, sizeGiB)
  const throughput = throughputOf(asked)
  return { type, sizeGiB, ...(iops !== undefined && { iops }), ...(throughput !== undefined && { throughput }) }
}

function assertSize(type: Volume['type'], sizeGiB: number): void {
  const [min, max] = types[type].sizeGiB
  if (sizeGiB < min) throw invalidVolume('value', `Volume of ${sizeGiB}GiB is too small for volume type ${type}; minimum is ${min}GiB.`)
  if (sizeGiB > max) throw invalidVolume('value', `Volume of ${sizeGiB}GiB is too large for volume type ${type}; maximum is ${max}GiB.`)
}

function iopsOf({ type, iops }: AskedShape, sizeGiB: number): number | undefined {
  const { iops: range, perGiB = 0 } = types[type]
  if (range === undefined) {
    if (iops !== undefined) throw invalidVolume('combination', `The parameter iops is not supported for ${type} volumes.`)
    return type === 'gp2' ? Math.min(Math.max(3 * sizeGiB, 100), 16_000) : undefined
  }
  // What the type has by itself it has at every size.
  if (iops === undefined && type === 'gp3') return range[0]
  if (iops === undefined) throw invalidVolume('missing', `The request must contain the parameter iops for ${type} volumes.`)
  assertIops({ type, iops, range })
  if (iops > range[0]) assertRatio({ iops, sizeGiB, perGiB })
  return iops
}

function assertIops({ type, iops, range: [min, max] }: { readonly type: string; readonly iops: number; readonly range: Range }): void {
  if (iops < min || iops > max)
    throw invalidVolume('value', `Volume iops of ${iops} is out of bounds for volume type ${type}: from ${min} to ${max}.`)
}

function assertRatio({ iops, sizeGiB, perGiB }: { readonly iops: number; readonly sizeGiB: number; readonly perGiB: number }): void {
  if (iops > perGiB * sizeGiB)
    throw invalidVolume('combination', `Iops to volume size ratio of ${iops}/${sizeGiB} is too high; maximum is ${perGiB}.`)
}

function throughputOf({ type, throughput }: AskedShape): number | undefined {
  const range = types[type].throughput
  if (range === undefined) {
    if (throughput !== undefined) throw invalidVolume('combination', `The parameter throughput is not supported for ${type} volumes.`)
    return undefined
  }
  const [min, max] = range
  if (throughput !== undefined && (throughput < min || throughput > max))
    throw invalidVolume('value', `Throughput of ${throughput} MiB/s is out of bounds for volume type ${type}: from ${min} to ${max}.`)
  return throughput ?? min
}
