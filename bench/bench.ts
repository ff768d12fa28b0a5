// What a case is given: the settings, and a world that request cases share.
import type { Settings } from './case.ts'
import { openWorld, type World } from './world.ts'

export interface Bench {
  readonly settings: Settings
  /** Progress, on stderr. */
  say(text: string): void
  /** The shared one: 1,000 keys, 10,000 secrets, 10 assignments, on the memory file system. */
  world(): Promise<World>
}

export interface OpenBench extends Bench {
  close(): Promise<void>
}

const sharedSeed = { keys: 1_000, secrets: 10_000, assignments: 10 } as const

export function openBench(settings: Settings): OpenBench {
  let world: Promise<World> | undefined
  return {
    settings,
    say: text => void process.stderr.write(`${text}\n`),
    world: async () => (world ??= openWorld(settings.memory, sharedSeed)),
    async close() {
      await (await world)?.close()
    },
  }
}
