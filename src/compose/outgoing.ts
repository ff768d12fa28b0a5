import { readFileSync } from 'node:fs'
import { outgoingOver } from '#adapters/outgoing/outgoing.ts'
import type { Config } from '#config'
import type { Outgoing } from '#ports/outgoing.ts'

/** The way out, to the hosts that the configuration names for each purpose and no others. */
export function outgoingOf({ federationHosts, outgoingCaFile }: Config): Outgoing {
  const ca = outgoingCaFile === undefined ? undefined : readFileSync(outgoingCaFile, 'utf8')
  return outgoingOver({ hosts: { federation: federationHosts }, ca })
}
