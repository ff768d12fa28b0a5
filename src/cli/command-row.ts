import type { Run } from './command.ts'

export interface CommandRow {
  readonly words: string
  /** One line to copy: the first thing that help shows. */
  readonly example: string
  readonly summary: string
  readonly options?: readonly (readonly [flags: string, description: string])[]
  /** Loaded when it is called: `--help` costs no server. */
  load(): Promise<{ readonly run: Run }>
}

export const data = ['--data <dir>', 'the instance by its data directory (default: $KEYSTEAD_DATA, else ./data)'] as const
export const json = ['--json', 'one JSON document on stdout'] as const
