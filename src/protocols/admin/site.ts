import type { Alarm } from '#domain/alarms/records.ts'
import type { ExportHead, ExportPage } from '#domain/audit/export.ts'
import type { AuditRow } from '#domain/audit/parse-row.ts'
import type { AuditFilter, AuditCursor } from '#domain/audit/query.ts'
import type { Call } from '#domain/call.ts'
import type { OfferedOperation } from '#domain/access/try-operations.ts'
import type { WordOf } from '#domain/access/used-lately.ts'
import type { Context } from '#domain/context.ts'
import type { IsKeyUse } from '#domain/inventory/last-uses.ts'
import { operation } from '#protocols/http/operation.ts'
import type { NewSeal, SealProof } from './seal-bodies.ts'

/** What the running program knows of itself beyond the domain: ports, files, the administrator of the local profile. */
export interface Runtime {
  status(): Promise<Readonly<Record<string, unknown>>>
  environment(): Promise<Readonly<Record<string, unknown>>>
  exportDisk(armId: string): Promise<{ readonly name: string; readonly uri: string; readonly socket: string }>
  /** Opens a virtual machine's metadata service, or tells again where it is. Raises `ResourceNotFound`. */
  serveMetadata(
    call: Call,
    armId: string,
  ): Promise<{ readonly url: string; readonly identityEndpoint: string; readonly identityHeader: string }>
  audit: AuditReading
  /** Backups of this instance, one at a time. `begin` raises `Conflict`, and `InvalidParameter` for what is no recipient. */
  backups(): Promise<{
    begin(request: { readonly to: string; readonly recipients: readonly string[] }): void
    standing(): Readonly<Record<string, unknown>>
  }>
  /** Is what lies beside the database there and whole, chunk by chunk and object by object? */
  checkBytes(): Promise<Readonly<Record<string, unknown>>>
  /** Does the operator collect what alarms tell, whatever addresses they have? */
  readonly collectsAlarms: boolean
  /** Sends the alarm's address a message that is no alarm; refusals are answers. */
  testAlarm(alarm: Alarm): Promise<{ readonly taken: boolean; readonly status?: number; readonly because?: string }>
  readonly seals: SealKeeping
  readonly rootKey: RootKeeping
  /** Begins the emergency seal; resolves at once, and whoever was let in is still answered. */
  sealNow(): void
  /** Begins the end of the process, and answers how many open disks it closes. `drainMs`: for so long requests under way may go on. */
  stop(how: { readonly drainMs?: number }): number
  readonly tenantId: string
  /** Where what the operator makes lies, unless a name says otherwise. */
  readonly home: { readonly subscriptionId: string; readonly group: string }
  /** What an operation of a vault is in the words of access policies: `keys sign`. */
  words(): Promise<WordOf>
  /** Which operations, of any wire, use a key's material. */
  keyUses(): Promise<IsKeyUse>
  /** What vaults' wire and the key service of accounts offer, by what each operation asks for. */
  operations(): Promise<readonly OfferedOperation[]>
}

export interface AuditReading {
  /** Rows that the filter lets through, and where the reading ended: all before it was looked at. */
  query(filter: AuditFilter): Promise<{ readonly rows: readonly AuditRow[]; readonly end: AuditCursor }>
  verify(options: { readonly records: boolean }): Promise<Readonly<Record<string, unknown>>>
  head(): Promise<Readonly<Record<string, unknown>>>
  /** Signs what there is, and says where an export begins (`since`: epoch milliseconds) and ends. */
  exportHead(since: number | undefined): Promise<ExportHead>
  exportPage(range: { readonly from: number; readonly size: number }): Promise<ExportPage>
}

/** A seal without anything secret. */
export interface SealRow {
  readonly id: string
  readonly kind: string
  readonly rootEpoch: number
  /** Costs of a passphrase. */
  readonly params: Readonly<Record<string, string | number>>
}

export interface SealChanging {
  readonly proof: SealProof
  /** Writes the change's first entry: nothing is changed before it is durable. */
  readonly before: (seal: { readonly sealId: string; readonly kind: string }) => Promise<void>
}

/** Every change raises `SealRefused` and `Throttled` where the proof proves nothing. */
export interface SealKeeping {
  /** `keyFile`: where the key file is that opens the instance without anybody present, or would be. */
  list(): { readonly seals: readonly SealRow[]; readonly keyFile: string }
  add(change: SealChanging & { readonly seal: NewSeal }): Promise<SealRow>
  /** Raises `SealNotFound`, and `Conflict` for the last one. */
  remove(change: SealChanging & { readonly id: string }): Promise<SealRow>
}

/** The key that wraps all others. */
export interface RootKeeping {
  /** A new one, under every seal that is shown. Raises `Conflict` for seals that nobody showed or gave up, and while one is under way; and as a change of seals does. */
  rotate(change: {
    readonly proofs: readonly SealProof[]
    readonly dropped: readonly string[]
    readonly before: (rootEpoch: number) => Promise<void>
  }): Promise<{ readonly rootEpoch: number; readonly seals: readonly SealRow[] }>
  /** `leaving`: the epoch that keys are still being wrapped out of. */
  standing(): { readonly rootEpoch: number; readonly leaving: number | null }
}

export interface AdminSite {
  readonly runtime: Runtime
}

export const adminOperation = operation<Context, AdminSite>()
