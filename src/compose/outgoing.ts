import { readFileSync } from 'node:fs'
import { outgoingOver } from '#adapters/outgoing/outgoing.ts'
import type { Config } from '#config'
import { parseAllowedHost, type AllowedHost } from '#model/allowed-hosts.ts'
import type { Outgoing } from '#ports/outgoing.ts'

/** An authority publishes its keys at its own host. */
function hostOf(issuer: string): readonly AllowedHost[] {
  const host = parseAllowedHost(URL.parse(issuer)?.host ?? '')
  return host === undefined ? [] : [host]
}

/** The way out, to the hosts that the configuration names for each purpose and no others. */
export function outgoingOf({ federationHosts, attestationAuthorities, keyStoreHosts, eventHosts, outgoingCaFile }: Config): Outgoing {
  const ca = outgoingCaFile === undefined ? undefined : readFileSync(outgoingCaFile, 'utf8')
  const hosts = {
    federation: federationHosts,
    attestation: attestationAuthorities.flatMap(hostOf),
    keyStores: keyStoreHosts,
    events: eventHosts,
  }
  return outgoingOver({ hosts, ca })
}
