import type { Context } from '#domain/context.ts'
import { operation } from '#protocols/http/operation.ts'

/** What the running program knows of itself beyond the domain: ports, files, the administrator of the local profile. */
export interface Runtime {
  status(): Promise<Readonly<Record<string, unknown>>>
  environment(): Promise<Readonly<Record<string, unknown>>>
  exportDisk(armId: string): Promise<{ readonly name: string; readonly uri: string; readonly socket: string }>
  audit: AuditReading
  /** Begins the end of the process; resolves at once. */
  stop(): void
  readonly tenantId: string
}

export interface AuditFilter {
  readonly since?: number
  readonly resource?: string
  readonly principal?: string
  readonly denied?: boolean
  readonly limit?: number
}

export interface AuditReading {
  query(filter: AuditFilter): Promise<readonly Readonly<Record<string, unknown>>[]>
  verify(options: { readonly records: boolean }): Promise<Readonly<Record<string, unknown>>>
  head(): Promise<Readonly<Record<string, unknown>>>
}

export interface AdminSite {
  readonly runtime: Runtime
}

export const adminOperation = operation<Context, AdminSite>()
