import { Command, CommanderError } from 'commander'
import type { Invocation } from './command.ts'
import type { CommandRow } from './command-row.ts'
import { commands, groups } from './command-table.ts'
import { CommandFailed, exits, tell } from './output.ts'
import { packageVersion } from './package-version.ts'

export async function runProgram(words: readonly string[]): Promise<number> {
  if (words[0] === '__complete') return (await import('./complete.ts')).complete(words.slice(1))
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
    await program.parseAsync([...wordsOfTopic(words)], { from: 'user' })
    return state.code
  } catch (error) {
    return exitFor(error, state.json)
  }
}

function addCommand(tree: { program: Command; made: Map<string, Command> }, row: CommandRow, state: { code: number; json: boolean }): void {
  const [, fixed = '', given = ''] = /^([a-z][a-z-]*(?: [a-z][a-z-]*)*)(.*)$/.exec(row.words) ?? []
  const above = fixed.split(' ')
  const own = above.pop() ?? ''
  const command = groupOf(tree, above)
    .command(`${own}${given}`)
    .description(row.summary)
    .addHelpText('before', `${row.example}\n`)
    .exitOverride()
  if (own === 'exec') command.passThroughOptions()
  for (const [flags, description] of row.options ?? []) command.option(flags, description)
  command.action(async (...given: unknown[]) => {
    const { run } = await row.load()
    state.code = await run({
      options: withServer(row, command.opts()),
      arguments: given
        .slice(0, -2)
        .flat()
        .filter(word => typeof word === 'string'),
    })
  })
}

/** KEYSTEAD_SERVER is for commands that ask the wires alone; any other is about the instance of a data directory. */
function withServer({ options = [] }: CommandRow, given: Invocation['options']): Invocation['options'] {
  const server = process.env['KEYSTEAD_SERVER']
  const takes = options.some(([flags]) => flags.startsWith('--server '))
  return takes && server !== undefined && given['server'] === undefined && given['data'] === undefined ? { ...given, server } : given
}

/** The group that these words lead to: `vm identity` is one in another. */
function groupOf(tree: { program: Command; made: Map<string, Command> }, words: readonly string[]): Command {
  const name = words.join(' ')
  if (words.length === 0) return tree.program
  return tree.made.getOrInsertComputed(name, () =>
    groupOf(tree, words.slice(0, -1))
      .command(words.at(-1) ?? '')
      .description(groups[name] ?? name)
      .exitOverride(),
  )
}

/** `help WORD` is commander's where WORD is a command, and a page of ours where it is a code. */
const wordsOfTopic = (words: readonly string[]): readonly string[] =>
  words[0] === 'help' && words[1] !== undefined && !commands.some(row => row.words.split(' ')[0] === words[1])
    ? ['topic', ...words.slice(1)]
    : words

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
