import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { AdminSite } from '#protocols/admin/site.ts'
import { addApplication } from './add-application.ts'
import { auditHead } from './audit-head.ts'
import { environment } from './environment.ts'
import { explainAccess } from './explain-access.ts'
import { exportDisk } from './export-disk.ts'
import { queryAudit } from './query-audit.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import { verifyAudit } from './verify-audit.ts'

export const operations: readonly Operation<Context, AdminSite>[] = [
  addApplication,
  auditHead,
  environment,
  explainAccess,
  exportDisk,
  queryAudit,
  status,
  stop,
  verifyAudit,
]
