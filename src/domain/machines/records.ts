import { z } from 'zod'
import { family } from '#domain/records/family.ts'
import { resourceEnvelope, resourceIdentity } from '#domain/resources/records.ts'

const attachedDisk = z.object({
  /** ARM id of the managed disk, in canonical case. */
  diskId: z.string(),
  /** Absent: the OS disk. */
  lun: z.number().int().optional(),
  name: z.string(),
  osType: z.string().optional(),
  caching: z.string(),
})
export type AttachedDisk = z.output<typeof attachedDisk>

const virtualMachine = z.object({
  ...resourceEnvelope,
  tenantId: z.string(),
  vmId: z.string(),
  identity: resourceIdentity.optional(),
  size: z.string(),
  zones: z.array(z.string()).optional(),
  disks: z.array(attachedDisk),
  interfaces: z.array(z.object({ id: z.string(), primary: z.boolean().optional(), deleteOption: z.string().optional() })),
  /** What is kept and told again, and changes nothing here: names in the guest, priority, diagnostics. Never a password. */
  kept: z.record(z.string(), z.json()),
})
export type VirtualMachine = z.output<typeof virtualMachine>

/** In the subscription's compartment; path: ARM id in lower case. */
export const virtualMachines = family<VirtualMachine, readonly [armId: string]>({
  name: 'virtualMachines',
  schema: virtualMachine,
  format: 1,
  residency: 'resident',
  ruling: false,
})
