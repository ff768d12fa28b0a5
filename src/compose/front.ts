import type { Context } from '#domain/context.ts'
import type { DiskReader } from '#ports/disk-reader.ts'
import { strayProtocol } from '#protocols/stray/index.ts'
import { unservedAddress } from '#protocols/aws/service-address.ts'
import { cloudTrailAddress } from '#protocols/awscloudtrail/address.ts'
import { ec2Address } from '#protocols/awsec2/address.ts'
import { iamAddress } from '#protocols/awsiam/address.ts'
import { kmsAddress } from '#protocols/awskms/address.ts'
import { s3Address } from '#protocols/awss3/address.ts'
import { stsAddress } from '#protocols/awssts/address.ts'
import { createSealedAdmin, type SealedRuntime } from '#protocols/admin/sealed.ts'
import type { Runtime } from '#protocols/admin/site.ts'
import { armAddress } from '#protocols/arm/address.ts'
import { diskAccessAddress } from '#protocols/diskaccess/address.ts'
import { devicePagesAddress, entraAddress } from '#protocols/entra/address.ts'
import { graphAddress } from '#protocols/graph/address.ts'
import { createGate, type Gate } from '#protocols/http/gate.ts'
import { createLazyPipeline, onDemand } from '#protocols/http/on-demand.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import type { Address, Protocol } from '#protocols/http/protocol.ts'
import { createSealedPipeline, type SealedParts } from '#protocols/http/sealed.ts'
import { keyVaultAddress } from '#protocols/keyvault/address.ts'
import { pkiAddress } from '#protocols/pki/address.ts'
import { instanceOf, type World } from './world.ts'

/** Every wire, for listeners that stay when the seal comes and goes. */
export interface Front {
  readonly wires: readonly Pipeline[]
  readonly stray: Pipeline
  readonly admin: Pipeline
  /** `reader` reads the disks that links lead to. */
  open(context: Context, runtime: Runtime, reader: DiskReader): void
  shut(): void
  /** Resolves when whoever was let in has his answer. */
  idle(): Promise<void>
  /** How many were told on the wires, since it was shut, that the service is unavailable. */
  sentAway(): number
}

interface Wire {
  readonly gate: Gate
  readonly open: (context: Context) => void
}

/** Shut at first. */
export function createFront(world: World, clusterId: string, runtime: SealedRuntime): Front {
  const { config, clock, random, log, life } = world
  const parts: SealedParts = { instance: instanceOf(world, clusterId), clock, random, state: () => life.state() }
  const { domain } = config
  const wires = wiresOf(parts, domain)
  const disks = diskAccessAddress(domain)
  const diskAccess = async (reader: DiskReader) => (await import('#protocols/diskaccess/index.ts')).diskAccessProtocol(domain, reader)
  const links = createGate(createLazyPipeline(disks, async () => createSealedPipeline(parts, await diskAccess(shutReader))))
  const stray = createGate(createSealedPipeline(parts, strayProtocol))
  const admin = createGate(createSealedAdmin({ runtime, random, log }))
  const served = [...wires.map(({ gate }) => gate), links]
  const gates = [...served, stray, admin]
  return {
    wires: served,
    stray,
    admin,
    open(context, standing, reader) {
      for (const wire of wires) wire.open(context)
      links.open(createLazyPipeline(disks, async () => createPipeline(context, await diskAccess(reader))))
      stray.open(createPipeline(context, strayProtocol))
      const commands = async () => (await import('#protocols/admin/index.ts')).adminProtocol(standing)
      admin.open(createLazyPipeline(everything, async () => createPipeline(context, await commands())))
    },
    shut() {
      for (const gate of gates) gate.shut()
    },
    async idle() {
      await Promise.all(gates.map(gate => gate.idle()))
    },
    sentAway: () => served.reduce((sum, gate) => sum + gate.sentAway(), 0),
  }
}

/** In the order in which they are asked whether a request is theirs. Their operations are loaded when the first one comes. */
const wiresOf = (parts: SealedParts, domain: string): readonly Wire[] => [
  wireOf(parts, kmsAddress(domain), async () => (await import('#protocols/awskms/index.ts')).awsKmsProtocol(domain)),
  wireOf(parts, stsAddress(domain), async () => (await import('#protocols/awssts/index.ts')).stsProtocol(domain)),
  wireOf(parts, iamAddress(domain), async () => (await import('#protocols/awsiam/index.ts')).iamProtocol(domain)),
  wireOf(parts, cloudTrailAddress(domain), async () => (await import('#protocols/awscloudtrail/index.ts')).cloudTrailProtocol(domain)),
  wireOf(parts, ec2Address(domain), async () => (await import('#protocols/awsec2/index.ts')).ec2Protocol(domain)),
  wireOf(parts, s3Address(domain), async () => (await import('#protocols/awss3/index.ts')).s3Protocol(domain)),
  wireOf(parts, unservedAddress(domain), async () => (await import('#protocols/aws/unserved.ts')).unservedProtocol(domain)),
  wireOf(parts, entraAddress(domain), async () => (await import('#protocols/entra/index.ts')).entraProtocol(domain)),
  wireOf(parts, devicePagesAddress, async () => (await import('#protocols/entra/index.ts')).devicePagesProtocol(domain)),
  wireOf(parts, armAddress(domain), async () => (await import('#protocols/arm/index.ts')).armProtocol(domain)),
  wireOf(parts, graphAddress(domain), async () => (await import('#protocols/graph/index.ts')).graphProtocol(domain)),
  wireOf(parts, keyVaultAddress(domain), async () => (await import('#protocols/keyvault/index.ts')).keyVaultProtocol(domain)),
  wireOf(parts, pkiAddress(domain), async () => (await import('#protocols/pki/index.ts')).pkiProtocol(domain)),
]

/** The admin socket has no names. */
const everything: Address = { serves: () => true }

/** Behind a shut gate nothing comes so far. */
const shutReader: DiskReader = {
  async open() {
    throw new Error('no disk is read while the instance is sealed')
  },
}

/** What a wire counts outlives the seal: its protocol is made once, whichever side of its gate asked first. */
function wireOf<Site>(parts: SealedParts, address: Address, load: () => Promise<Protocol<Context, Site>>): Wire {
  const protocol = onDemand(load)
  const gate = createGate(createLazyPipeline(address, async () => createSealedPipeline(parts, await protocol())))
  return { gate, open: context => gate.open(createLazyPipeline(address, async () => createPipeline(context, await protocol()))) }
}
