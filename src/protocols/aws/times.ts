import type { Millis } from '#model/brands.ts'

/** A time as JSON services write it: seconds with up to three decimals. */
export const epochSeconds = (time: Millis | number): number => time / 1000
/** A time as Query and XML services write it: whole seconds, UTC. */
export const isoTime = (time: Millis | number): string => Temporal.Instant.fromEpochMilliseconds(time).toString({ smallestUnit: 'second' })
