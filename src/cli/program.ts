import { Command, CommanderError } from 'commander'
import type { CommandRow } from './command-row.ts'
import { commands, groups } from './command-table.ts'
import { CommandFailed, exits, tell } from './output.ts'
import { packageVersion } from './package-version.ts'

export async function runProgram(words: readonly string[]): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unlessNobodyReads)
  const state: { code: number; json: boolean } = { code: exits.good, json: words.includes('--json') }
  const program = new Command('keystead')
    .description('A key-management cloud on your own machine.')
    .version(packageVersion(), '--version', 'the version alone')
    .addHelpText('before', 'bin/keystead start\nbin/keystead exec -- az keyvault list\n')
    .showSuggestionAfterError()
    .exitOverride()
    .enablePositionalOptions()
  const made = new Map<string, Command>()
  for (const row of commands) addCommand({ program, made }, row, state)
  try {
    await program.parseAsync([...words], { from: 'user' })
    return state.code
  } catch (error) {
    return exitFor(error, state.json)
  }
}

function addCommand(tree: { program: Command; made: Map<string, Command> }, row: CommandRow, state: { code: number; json: boolean }): void {
  const [first = '', second = ''] = row.words.split(' ')
  const inGroup = /^[a-z]/.test(second)
  const parent = inGroup ? groupOf(tree, first) : tree.program
  const command = parent
    .command(inGroup ? row.words.slice(first.length + 1) : row.words)
    .description(row.summary)
    .addHelpText('before', `${row.example}\n`)
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

function groupOf({ program, made }: { program: Command; made: Map<string, Command> }, name: string): Command {
  return made.getOrInsertComputed(name, () =>
    program
      .command(name)
      .description(groups[name] ?? name)
      .exitOverride(),
  )
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

/** Whoever read has gone (`… | head`): the rest goes nowhere, and an instance goes on. */
function unlessNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
