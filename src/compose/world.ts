import type { Native } from '#adapters/native/native.ts'
import type { Config } from '#config'
import type { Instance } from '#domain/instance.ts'
import { installationCompartment } from '#domain/seal/custody.ts'
import type { Meter } from '#domain/meter.ts'
import type { Lifecycle } from '#domain/seal/states.ts'
import type { Millis } from '#model/brands.ts'
import type { SystemLog } from '#adapters/system/log.ts'
import type { Clock } from '#ports/clock.ts'
import type { Random } from '#ports/random.ts'

/** How it is to end. */
export interface StopHow {
  /** For so long requests under way may go on; the usual time without it. */
  readonly drainMs?: number
}

export interface Live {
  throttle: boolean
}

/** What the process has from its start to its end, sealed or not. Nothing secret. */
export interface World {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly log: SystemLog
  /** What the operator may change while it runs (reload.ts). */
  readonly live: Live
  readonly native: Native
  readonly life: Lifecycle
  /** What was answered since the process began, sealed in between or not. */
  readonly meter: Meter
  /** Of Keystead. */
  readonly version: string
  readonly started: Millis
  readonly onFatal: (cause: Error) => void
  readonly onStopAsked: (how: StopHow) => void
}

/** What the instance is, known from its data directory before the seal opens. */
export const instanceOf = ({ config, live }: World, clusterId: string): Instance => ({
  clusterId,
  installation: installationCompartment(clusterId),
  domain: config.domain,
  location: 'local',
  region: config.region,
  get throttle() {
    return live.throttle
  },
  attestationAuthorities: config.attestationAuthorities,
  guardPolicies: config.accessPolicies === 'guarded',
})
