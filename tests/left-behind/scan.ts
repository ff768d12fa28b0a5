// The last step of the tests: nothing that was secret in the whole run can be read in what its instances left behind, nor in what clients were told.
//
//   node tests/left-behind/scan.ts FOLDER
//
// Exit 1 where something can, where the control misses something, or where nothing was left to look through.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { controlled } from './control.ts'
import { notedIn } from './noted.ts'
import { lookedThrough, lookFor, sentences } from './readable.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const [folder = '.'] = process.argv.slice(2)
const secrets = notedIn(folder)
const finder = lookFor(secrets)
const instances = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory())
const seen = new Set<string>()
const looked = instances.map(({ name }) => ({ name, ...lookedThrough(join(folder, name), finder, seen) }))
const refusals = readdirSync(folder).filter(name => name.startsWith('refusals-'))
const told = refusals.flatMap(name => sentences(readFileSync(join(folder, name)), name, finder))
const found = [...looked.flatMap(one => one.found.map(sentence => `${one.name}: ${sentence}`)), ...told]
const { planted, missed } = controlled(secrets)

const sum = (of: 'files' | 'bytes'): number => looked.reduce((total, one) => total + one[of], 0)
for (const sentence of found) say(sentence)
for (const sentence of missed) say(`control: ${sentence}: planted, and not found`)
say(
  `${instances.length} instances left ${sum('files')} files, ${(sum('bytes') / 2 ** 20).toFixed(0)} MiB; their clients were told refusals in ${refusals.length} files`,
)
say(`${secrets.length} secrets that they handed out, canaries and what is secret by its look: ${found.length} can be read`)
say(`control: ${planted - missed.length} of ${planted} that were planted are found`)
if (found.length > 0 || missed.length > 0 || instances.length === 0) process.exit(1)
