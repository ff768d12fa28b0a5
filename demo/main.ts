// npm run demo: the story of a key and a disk against a throw-away instance, told by unmodified clients. `--json`: an object a step.
import { behindInstance } from '#tests/clients/behind.ts'
import { lineForPeople } from './told.ts'
import { tellStory } from './story.ts'
import { missingTools, packages } from './tools.ts'

const cannotTell = 2

const missing = missingTools()
if (missing.length > 0) {
  const wanted = [...new Set(missing.map(tool => packages[tool]))]
  process.stderr.write(`✗ ${missing.join(', ')}: not on this machine.\n  next: apt-get install ${wanted.join(' ')}\n`)
  process.exit(cannotTell)
}

const json = process.argv.includes('--json')
const instance = await behindInstance(import.meta.filename)
const ok = await tellStory(instance, line => process.stdout.write(`${json ? JSON.stringify(line) : lineForPeople(line)}\n`))
process.exit(ok ? 0 : 1)
