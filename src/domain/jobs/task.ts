import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { KindName } from '#domain/records/kinds.ts'
import type { Change } from '#ports/record-store.ts'
import type { Job } from './records.ts'

/** Names a record, found or not. */
export interface Due {
  readonly compartment: CompartmentId
  readonly path: readonly string[]
}

/** What a scheduler does with a record whose `due_at` has come. Runs by `perform` as the system, under the scheduler's lease; trusts only the opened body. */
export interface DueTask {
  readonly family: KindName
  /** Name of its entry: KeyRotateIfDue. */
  readonly operation: string
  /** Answers whether anything was done: what did nothing leaves no entry. */
  run(context: Context, call: Call, due: Due): Promise<boolean>
}

/** One kind of job: its step is one `perform` with its progress record in the same commit. */
export interface JobRunner {
  readonly kind: string
  readonly operation: string
  /** Does the next bounded piece, stages the job's new state by `context.jobs.update`. */
  step(context: Context, call: Call, job: Held<Job, readonly [id: string]>): Promise<void>
  /** What a job that has failed leaves at the thing it worked on: staged together with its end. */
  failed?(
    context: Context,
    call: Call,
    what: { readonly job: Held<Job, readonly [id: string]>; readonly error: { readonly code: string; readonly message: string } },
  ): Promise<void>
}

/** What does not wait for a due time: records that follow others. Looks and changes nothing. */
export interface Reaction {
  readonly task: DueTask
  /** Which records may have something to do because of this. */
  affected(news: readonly Change[]): readonly Due[]
  /** All that have something to do: at start and at each beat, for what nobody was told. */
  sweep(): Promise<readonly Due[]>
}
