// Makes dist/{main,writer,disks}.js: one bundle a program, what they share and every command of the CLI in chunks of their own, so that a
// command loads what it needs (performance.md 11). KEYSTEAD_BUNDLE=on makes bin/keystead run it. The native module stays outside.
import { readFile, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { build, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')
const outdir = join(root, 'dist')

/**
 * The namespace as a value would keep every part of zod, its fifty languages among them, in the program and in both of its threads:
 * as names of an import, only what is used.
 */
const zodByName = (text: string): string => text.replaceAll(/^import \{ z \} from 'zod'$/gm, "import * as z from 'zod'")

/** A module that names files beside itself names them from dist afterwards; workers are bundles there. */
const places: Plugin = {
  name: 'places',
  setup(plugins) {
    plugins.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const folder = relative(outdir, dirname(path))
      const contents = zodByName(text)
        .replaceAll(/new URL\('(writer|disks)\.ts', import\.meta\.url\)/g, "new URL('$1.js', import.meta.url)")
        .replaceAll('import.meta.dirname', `(import.meta.dirname + '/${folder}')`)
      return { contents, loader: 'ts' }
    })
  },
}

/**
 * `import` of one of Node's own modules reads every export of it, and one getter of node:http loads undici: a fifth of a start.
 * Asked for as a value, a module gives what is used.
 */
const builtins: Plugin = {
  name: 'builtins',
  setup(plugins) {
    plugins.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }))
    plugins.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
      loader: 'js',
    }))
  },
}

await rm(outdir, { recursive: true, force: true })
const { errors } = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts', writer: 'src/compose/writer.ts', disks: 'src/compose/disks.ts' },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node26',
  // The CommonJS builds that esbuild would take for Node have no named exports under import().
  mainFields: ['module', 'main'],
  sourcemap: true,
  legalComments: 'linked',
  chunkNames: '[name]-[hash]',
  // What is CommonJS among the packages asks for Node's own modules by require.
  banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
  plugins: [places, builtins],
  logLevel: 'warning',
})
process.exitCode = errors.length > 0 ? 1 : 0
