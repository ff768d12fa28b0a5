import type { Context } from '#domain/context.ts'
import type { DiskReader } from '#ports/disk-reader.ts'
import { stsProtocol } from '#protocols/awssts/index.ts'
import { cloudTrailProtocol } from '#protocols/awscloudtrail/index.ts'
import { ec2Protocol } from '#protocols/awsec2/index.ts'
import { unservedProtocol } from '#protocols/aws/unserved.ts'
import { iamProtocol } from '#protocols/awsiam/index.ts'
import { awsKmsProtocol } from '#protocols/awskms/index.ts'
import { s3Protocol } from '#protocols/awss3/index.ts'
import { adminProtocol } from '#protocols/admin/index.ts'
import { createSealedAdmin, type SealedRuntime } from '#protocols/admin/sealed.ts'
import type { Runtime } from '#protocols/admin/site.ts'
import { armProtocol } from '#protocols/arm/index.ts'
import { diskAccessProtocol } from '#protocols/diskaccess/index.ts'
import { devicePagesProtocol, entraProtocol } from '#protocols/entra/index.ts'
import { graphProtocol } from '#protocols/graph/index.ts'
import { createGate, type Gate } from '#protocols/http/gate.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { createSealedPipeline, type SealedParts } from '#protocols/http/sealed.ts'
import { keyVaultProtocol } from '#protocols/keyvault/index.ts'
import { pkiProtocol } from '#protocols/pki/index.ts'
import { strayProtocol } from '#protocols/stray/index.ts'
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
  const wires = [
    wireOf(parts, awsKmsProtocol(domain)),
    wireOf(parts, stsProtocol(domain)),
    wireOf(parts, iamProtocol(domain)),
    wireOf(parts, cloudTrailProtocol(domain)),
    wireOf(parts, ec2Protocol(domain)),
    wireOf(parts, s3Protocol(domain)),
    wireOf(parts, unservedProtocol(domain)),
    wireOf(parts, entraProtocol(domain)),
    wireOf(parts, devicePagesProtocol(domain)),
    wireOf(parts, armProtocol(domain)),
    wireOf(parts, graphProtocol(domain)),
    wireOf(parts, keyVaultProtocol(domain)),
    wireOf(parts, pkiProtocol(domain)),
  ]
  const links = createGate(createSealedPipeline(parts, diskAccessProtocol(domain, shutReader)))
  const stray = wireOf(parts, strayProtocol)
  const admin = createGate(createSealedAdmin({ runtime, random, log }))
  const served = [...wires.map(({ gate }) => gate), links]
  const gates = [...served, stray.gate, admin]
  return {
    wires: served,
    stray: stray.gate,
    admin,
    open(context, standing, reader) {
      for (const wire of [...wires, stray]) wire.open(context)
      links.open(createPipeline(context, diskAccessProtocol(domain, reader)))
      admin.open(createPipeline(context, adminProtocol(standing)))
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

/** Behind a shut gate nothing comes so far. */
const shutReader: DiskReader = {
  async open() {
    throw new Error('no disk is read while the instance is sealed')
  },
}

function wireOf<Site>(parts: SealedParts, protocol: Protocol<Context, Site>): Wire {
  const gate = createGate(createSealedPipeline(parts, protocol))
  return { gate, open: context => gate.open(createPipeline(context, protocol)) }
}
