import { hash } from 'node:crypto'
import type { Millis } from '#model/brands.ts'
import type { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import { changedNow } from '#domain/resources/envelope.ts'
import { invalid, notNow, refused } from '#domain/resources/arm-refusal.ts'
import { diskStanding, type DiskNeeds, type HeldDisk } from './disk-standing.ts'
import { linkLabel, type AccessGrant, type Disk } from './records.ts'

/** What leads to a disk's bytes; the wire makes a URL of it. `signature` is told once. */
export interface AccessLink {
  readonly label: string
  /** The subscription's 32 hex digits. */
  readonly container: string
  readonly grantId: string
  readonly signature: string
}

export interface GrantRequest {
  readonly permit: Permit<'disk.beginGetAccess'>
  readonly disk: HeldDisk
  readonly access: 'None' | 'Read' | 'Write'
  readonly durationSeconds: number
}

const signatureBytes = 32

/** The link that is out now; one whose time is over is none, whether or not the scheduler has cleared it. */
export const grantOf = ({ access }: Disk, at: Millis): AccessGrant | undefined =>
  access !== undefined && at < access.expiresAt ? access : undefined

/** A signature is random of 256 bits: its digest needs no salt (security-and-reliability.md 5.1). */
export const digestOf = (signature: string): string => hash('sha256', signature, 'hex')

/** Why nobody may reach the disk's bytes by a link; `undefined` where they may. */
export function closedTo({ networkAccessPolicy, publicNetworkAccess, settings }: Disk): string | undefined {
  if (networkAccessPolicy === 'DenyAll') return "its network access policy is 'DenyAll'"
  if (networkAccessPolicy === 'AllowPrivate' || publicNetworkAccess === 'Disabled')
    return 'its bytes may be reached by private endpoints only, and there are none here'
  if (settings?.dataAccessAuthMode === 'AzureActiveDirectory')
    return "its dataAccessAuthMode is 'AzureActiveDirectory', and links that ask for a token besides are not served here"
  return undefined
}

/** Of the codes for a key that a disk cannot use, this one is confirmed (disk-encryption.md A.6); the sentence says which. */
const keyForbidden = ({ name }: Disk, because: string): Problem =>
  refused(400, {
    code: 'KeyVaultAccessForbidden',
    message: `Access to the disk '${name}' cannot be granted: its key cannot be used, ${because}.`,
  })

/** Azure's words for what may not be done to a disk while a link to it is out. Raises `ArmRefused` (409). */
export function refuseWhileGranted({ value }: HeldDisk, at: Millis): void {
  if (grantOf(value, at) === undefined) return
  throw notNow(
    `There is an active shared access signature outstanding for disk ${value.name}. Call EndGetAccess before attaching or deleting the disk. Learn more here: aka.ms/revokeaccessapi.`,
  )
}

/**
 * Gives a link out, good for reading the disk's bytes until it is taken back or `durationSeconds` are over: whoever has it needs nothing
 * else. One at a time. Raises `ArmRefused`, also where a key is
 * out of use and there would be nothing to read.
 */
export async function grantAccess(
  context: DiskNeeds & Needs<'ground'>,
  call: Call,
  request: GrantRequest,
): Promise<{ readonly disk: HeldDisk; readonly link: AccessLink }> {
  const { permit, disk, access, durationSeconds } = request
  const { value } = disk
  assertPermits(permit, value.scope)
  if (access === 'Write')
    throw notNow(`The disk '${value.name}' was not created for upload: access 'Write' is for disks with createOption 'Upload'.`)
  if (access === 'None') throw invalid('access', "The access 'None' grants nothing. Use 'Read'.")
  refuseWhileGranted(disk, call.at)
  const closed = closedTo(value)
  if (closed !== undefined) throw notNow(`Access to the disk '${value.name}' cannot be granted: ${closed}.`)
  const standing = await diskStanding(context, call, value)
  if (!standing.usable) throw keyForbidden(value, standing.because)
  const { random } = context.ground
  const made = await call.once(`access to ${disk.id}`, async () => ({
    grantId: random.uuid(),
    signature: random.bytes(signatureBytes).toBase64({ alphabet: 'base64url', omitPadding: true }),
  }))
  call.details.set('grant', made.grantId)
  const expiresAt = call.at + durationSeconds * 1_000
  const grant: AccessGrant = { id: made.grantId, digest: digestOf(made.signature), grantedAt: call.at, expiresAt }
  const granted = context.disks.update(call, disk, { ...value, ...changedNow(call), state: 'ActiveSAS', access: grant })
  return { disk: granted, link: { label: linkLabel(value), container: disk.compartment, ...made } }
}

/** Takes the link back, for reads under way too; without one there is nothing to do. */
export function endAccess(
  context: Needs<'disks'>,
  call: Call,
  { permit, disk }: { readonly permit: Permit<'disk.endGetAccess'>; readonly disk: HeldDisk },
): void {
  assertPermits(permit, disk.value.scope)
  if (disk.value.access !== undefined) clear(context, call, disk)
}

function clear({ disks }: Needs<'disks'>, call: Call, disk: HeldDisk): void {
  const { access, ...rest } = disk.value
  if (access !== undefined) call.details.set('grant', access.id)
  disks.update(call, disk, { ...rest, ...changedNow(call), state: 'Unattached' })
}

/** Links whose time is over open nothing from that moment on; this is where the disk says so. */
export const expireAccess: DueTask = {
  family: 'disks',
  operation: 'DiskAccessExpire',
  async run(context, call, { compartment, path }) {
    const [armId] = path
    const disk = armId === undefined ? undefined : await context.disks.get(call, compartment, [armId])
    if (disk?.value.access === undefined || call.at < disk.value.access.expiresAt) return false
    call.resource = disk.value.id
    context.access.permit(call, 'disk.expireAccess', { on: disk.value.scope })
    clear(context, call, disk)
    return true
  },
}
