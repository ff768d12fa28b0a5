import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { ArmSite } from '#protocols/arm/site.ts'
import { getLock, listLocks, putLock, removeLock } from './locks.ts'

/** What holds for resources of every type. */
export const governanceOperations: readonly Operation<Context, ArmSite>[] = [putLock, getLock, removeLock, listLocks]
