import { generations, type Generations } from '#domain/generations.ts'

/** Device codes that were asked about lately. */
const remembered = 10_000
/** When each device came last, and how long it must wait between. */
export type Polls = Generations<{ readonly lastAt: number; readonly everyMs: number }>
export const newPolls = (): Polls => generations(remembered)
