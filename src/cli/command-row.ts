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
/** For commands that ask the wires alone. */
export const server = [
  [
    '--server <url>',
    'an instance elsewhere: https://management.DOMAIN[:PORT] (default: $KEYSTEAD_SERVER); the caller is whom AZURE_CLIENT_ID names',
  ],
  ['--ca <file>', 'with --server: the root that its certificate is under, PEM'],
] as const
