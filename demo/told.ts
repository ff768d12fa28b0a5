import { styleText } from 'node:util'

/** Figures go into `--json` by their names; the sentence is for people. */
export interface Seen<T> {
  readonly made: T
  readonly told: string
  readonly figures?: Readonly<Record<string, number | string | boolean>>
}

/** One line of the story. */
export interface Line {
  readonly step: number
  readonly title: string
  readonly ok: boolean
  readonly told: string
  readonly seconds: number
  readonly [figure: string]: number | string | boolean
}

/** Told already: the story ends here. */
export class StepFailed extends Error {}

export interface Title {
  readonly step: number
  readonly title: string
}

/** Runs a step, tells how it went, and hands on what it made. Throws `StepFailed` where it did not go as the title says. */
export type Step = <T>(title: Title, run: () => Promise<Seen<T>>) => Promise<T>

export function teller(tell: (line: Line) => void): Step {
  return async ({ step, title }, run) => {
    const started = performance.now()
    const seconds = (): number => Math.round(performance.now() - started) / 1_000
    try {
      const { made, told, figures } = await run()
      tell({ step, title, ok: true, told, seconds: seconds(), ...figures })
      return made
    } catch (error) {
      tell({ step, title, ok: false, told: error instanceof Error ? error.message : String(error), seconds: seconds() })
      throw new StepFailed(title, { cause: error })
    }
  }
}

/** What is not as the story has it ends the step. */
export function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what)
}

const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb'
const paint = (colour: 'green' | 'red', text: string): string => (coloured ? styleText(colour, text) : text)

export function lineForPeople({ step, title, ok, told, seconds }: Line): string {
  return `${ok ? paint('green', '✓') : paint('red', '✗')} ${step} ${title}: ${told}  (${seconds.toFixed(1)} s)`
}
