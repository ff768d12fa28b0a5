// Makes dist/{main,writer,disks}.js, one bundle a program (performance.md 11); KEYSTEAD_BUNDLE=on makes bin/keystead run it. The native
// module stays outside. What a start loads is in four files, `program`, `commands`, `shared` and `server`, however many wires and commands
// take parts of it: each file more costs a start about half a millisecond. What is loaded with its first use stays in files of its own.
import { readFile, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { rolldown, type ChunkingContext, type InputOptions, type OutputOptions, type Plugin } from 'rolldown'

const root = join(import.meta.dirname, '..')
const outdir = join(root, 'dist')
const main = join(root, 'src/main.ts')
const start = join(root, 'src/cli/commands/start.ts')

/**
 * The namespace as a value would keep every part of zod, its fifty languages among them, in the program and in both of its threads:
 * as names of an import, only what is used.
 */
const zodByName = (text: string): string => text.replaceAll(/^import \{ z \} from 'zod'$/gm, "import * as z from 'zod'")

/** A module that names files beside itself names them from dist afterwards; workers are bundles there. */
const places: Plugin = {
  name: 'places',
  load: {
    filter: { id: /\/src\/.*\.ts$/ },
    async handler(path) {
      const text = await readFile(path, 'utf8')
      const folder = relative(outdir, dirname(path))
      const code = zodByName(text)
        .replaceAll(/new URL\('(writer|disks|backup-packing)\.ts', import\.meta\.url\)/g, "new URL('$1.js', import.meta.url)")
        .replaceAll('import.meta.dirname', `(import.meta.dirname + '/${folder}')`)
      return { code, moduleType: 'ts' }
    },
  },
}

/**
 * `import` of one of Node's own modules reads every export of it, and one getter of node:http loads undici: a fifth of a start.
 * Asked for as a value, a module gives what is used: of these exports, those that nobody imports are left out of the bundle unread.
 * The bundler's own helpers import node:module: that one stays as it is.
 */
const builtins: Plugin = {
  name: 'builtins',
  resolveId: { filter: { id: /^node:(?!module$)/ }, handler: id => ({ id: `\0${id}`, moduleSideEffects: false }) },
  load: { filter: { id: /^\0node:/ }, handler: id => ({ code: namedExports(id.slice(1)), moduleType: 'js' }) },
}

function namedExports(builtin: string): string {
  const names = Object.keys(process.getBuiltinModule(builtin) ?? {}).filter(name => name !== 'default')
  const values = names.map((name, at) => `const v${at} = builtin.${name}`)
  const exported = names.map((name, at) => `v${at} as ${name}`)
  const module = `const builtin = process.getBuiltinModule(${JSON.stringify(builtin)})`
  return [module, ...values, `export { builtin as default, ${exported.join(', ')} }`].join('\n')
}

type CodeSplitting = NonNullable<OutputOptions['codeSplitting']>

/** Modules that are evaluated when these are. */
function reached(context: ChunkingContext, from: readonly string[]): ReadonlySet<string> {
  const found = new Set(from)
  for (const id of found) for (const imported of context.getModuleInfo(id)?.importedIds ?? []) found.add(imported)
  return found
}

/** What so many commands use besides the start is small; the rest, which one or two take much of, is none of theirs. */
const manyCommands = 4

/** Which of the four files a module is in, where it is in one. */
function fileOf(context: ChunkingContext): (id: string) => string | undefined {
  const program = reached(context, [main])
  const commands = [...program].flatMap(id => context.getModuleInfo(id)?.dynamicallyImportedIds ?? []).filter(id => id !== start)
  const server = reached(context, [start])
  const uses = new Map<string, number>()
  for (const command of commands) for (const id of reached(context, [command])) uses.set(id, (uses.get(id) ?? 0) + 1)
  return id => {
    // It awaits what it starts, and that imports the others: it is in none of them.
    if (id === main) return undefined
    if (program.has(id)) return 'program'
    if (!server.has(id)) return undefined
    const used = uses.get(id) ?? 0
    if (used === 0) return 'server'
    return used < manyCommands ? 'shared' : 'commands'
  }
}

let files: ReturnType<typeof fileOf> | undefined
const fourFiles: CodeSplitting = {
  includeDependenciesRecursively: false,
  groups: [{ debugName: 'what a start loads', name: (id, context) => (files ??= fileOf(context))(id) }],
}

const input: InputOptions = {
  cwd: root,
  platform: 'node',
  tsconfig: false,
  // Of what else is published, the CommonJS builds have no named exports under import().
  resolve: { mainFields: ['module', 'main'] },
  plugins: [places, builtins],
  treeshake: { propertyReadSideEffects: false },
  // Nobody imports a program: what others use of it may be in whichever file.
  preserveEntrySignatures: 'allow-extension',
}
const output: OutputOptions = { dir: outdir, format: 'esm', sourcemap: true, chunkFileNames: '[name]-[hash].js' }

async function bundle(entry: NonNullable<InputOptions['input']>, codeSplitting: CodeSplitting = true): Promise<void> {
  await using built = await rolldown({ ...input, input: entry })
  await built.write({ ...output, codeSplitting })
}

await rm(outdir, { recursive: true, force: true })
await bundle({ main }, fourFiles)
await bundle({ writer: 'src/compose/writer.ts' })
await bundle({ disks: 'src/compose/disks.ts' })
await bundle({ 'backup-packing': 'src/compose/backup-packing.ts' })
