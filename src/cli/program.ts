import { Command, CommanderError } from 'commander'
import type { Run } from './command.ts'
import { CommandFailed, exits, tell } from './output.ts'

interface CommandRow {
  readonly words: string
  readonly summary: string
  readonly options?: readonly (readonly [flags: string, description: string])[]
  /** Loaded when it is called: `--help` costs no server. */
  load(): Promise<{ readonly run: Run }>
}

const data = ['--data <dir>', 'the instance by its data directory (default: $KEYSTEAD_DATA, else ./data)'] as const
const json = ['--json', 'one JSON document on stdout'] as const

/** The tree of people.md 4.2, as far as it is built. */
const commands: readonly CommandRow[] = [
  {
    words: 'start',
    summary: 'start an instance; an empty directory is initialised first',
    options: [
      data,
      ['--port <n>', 'TLS port (8443)'],
      ['--domain <name>', 'DNS name below which everything is served (keystead.test)'],
      ['--proxy-port <n|off>', 'loopback CONNECT proxy (8480; free with --port)'],
      ['--health-port <n>', 'health on loopback (9464; free with --port)'],
      ['--seal-file <file>', 'key file of the seal, outside the data directory'],
      ['--log-level <level>', 'error, warn, info, silent (warn)'],
      ['--no-discovery-alias', 'do not answer instance discovery for login.microsoftonline.com'],
      json,
    ],
    load: () => import('./commands/start.ts'),
  },
  { words: 'stop', summary: 'stop the running instance', options: [data, json], load: () => import('./commands/stop.ts') },
  { words: 'status', summary: 'how the instance is', options: [data, json], load: () => import('./commands/status.ts') },
  {
    words: 'env',
    summary: 'what a client needs to reach the instance, as shell exports',
    options: [data, ['--shell <kind>', 'posix, fish, powershell, dotenv (posix)'], ['--unset', 'undo all of it'], json],
    load: () => import('./commands/env.ts'),
  },
  {
    words: 'exec [command...]',
    summary: 'run a command with the instance in reach: keystead exec -- az keyvault list',
    options: [
      data,
      ['--pass <host...>', 'hosts outside that the command may reach'],
      ['--report <file>', 'what was served and refused, as JSON'],
    ],
    load: () => import('./commands/exec.ts'),
  },
  {
    words: 'app add <name>',
    summary: 'an application with a secret, shown once',
    options: [data, ['--days <n>', 'how long the secret lives (180)'], json],
    load: () => import('./commands/app-add.ts'),
  },
  {
    words: 'disk export <id>',
    summary: 'serve a disk over NBD, or tell again where it is served',
    options: [data, json],
    load: () => import('./commands/disk-export.ts'),
  },
  {
    words: 'access explain <principal> [action] [scope]',
    summary: 'may it, by what, and what would let it',
    options: [data, json],
    load: () => import('./commands/access-explain.ts'),
  },
  {
    words: 'audit query',
    summary: 'records of the audit, oldest first',
    options: [
      data,
      ['--since <duration>', 'such as 24h, 15m, 7d'],
      ['--resource <text>', 'in the resource id'],
      ['--principal <id>', 'object id'],
      ['--denied', 'refusals alone'],
      ['--limit <n>', 'at most so many'],
      json,
    ],
    load: () => import('./commands/audit-query.ts'),
  },
  {
    words: 'audit tail',
    summary: 'the newest records, and those to come',
    options: [
      data,
      ['--follow', 'go on'],
      ['--resource <text>', 'in the resource id'],
      ['--principal <id>', 'object id'],
      ['--denied', 'refusals alone'],
      json,
    ],
    load: () => import('./commands/audit-tail.ts'),
  },
  {
    words: 'audit verify',
    summary: 'was anything changed, removed or rolled back? exits 0 intact, 1 tampered, 2 cannot tell',
    options: [data, ['--no-records', 'the log alone'], ['--seal-file <file>', 'key file of the seal, where the instance is stopped'], json],
    load: () => import('./commands/audit-verify.ts'),
  },
  { words: 'audit head', summary: 'the newest signed checkpoint', options: [data, json], load: () => import('./commands/audit-head.ts') },
  {
    words: 'version',
    summary: 'versions of Keystead, Node, OpenSSL, SQLite',
    options: [json],
    load: () => import('./commands/version.ts'),
  },
]

export async function runProgram(words: readonly string[]): Promise<number> {
  const state: { code: number; json: boolean } = { code: exits.good, json: words.includes('--json') }
  const program = new Command('keystead')
    .description('A key-management cloud on your own machine.')
    .exitOverride()
    .enablePositionalOptions()
  const groups = new Map<string, Command>()
  for (const row of commands) addCommand({ program, groups }, row, state)
  try {
    await program.parseAsync([...words], { from: 'user' })
    return state.code
  } catch (error) {
    return exitFor(error, state.json)
  }
}

function addCommand(
  tree: { program: Command; groups: Map<string, Command> },
  row: CommandRow,
  state: { code: number; json: boolean },
): void {
  const [first = '', second = ''] = row.words.split(' ')
  const inGroup = /^[a-z]/.test(second)
  const parent = inGroup ? groupOf(tree, first) : tree.program
  const command = parent
    .command(inGroup ? row.words.slice(first.length + 1) : row.words)
    .description(row.summary)
    .exitOverride()
  if (first === 'exec') command.passThroughOptions()
  for (const [flags, description] of row.options ?? []) command.option(flags, description)
  command.action(async (...given: unknown[]) => {
    const { run } = await row.load()
    state.code = await run({
      options: command.opts(),
      arguments: given
        .slice(0, -2)
        .flat()
        .filter(word => typeof word === 'string'),
    })
  })
}

function groupOf({ program, groups }: { program: Command; groups: Map<string, Command> }, name: string): Command {
  return groups.getOrInsertComputed(name, () => program.command(name).description(`${name} …`).exitOverride())
}

function exitFor(error: unknown, json: boolean): number {
  if (error instanceof CommandFailed) {
    tell(error.failure, json)
    return error.failure.exit
  }
  // commander has printed its own sentence; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exits.good : exits.usage
  tell({ exit: exits.unknown, code: 'InternalError', message: error instanceof Error ? error.message : 'something failed inside' }, json)
  return exits.unknown
}
