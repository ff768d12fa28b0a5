// The test command: units and whole-tree tests in one process, then what opens sockets, spawns programs or calls real clients, each isolated.
// What all their instances wrote is kept until the end and looked through once: nothing that was secret may be read in it.
// Clients of other languages that a machine does not have are named and skipped (.ci/clients brings them); with CI=true that is a failure.
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { step } from './run.ts'

const asked = process.argv.slice(2)
const unit = asked.length > 0 ? asked : globSync(['src/**/*.test.ts', 'tests/*.test.ts'])
const quiet = ['--no-warnings=ExperimentalWarning']
const flags = ['--test', ...quiet]

step('unit tests', [process.execPath, ...flags, '--test-isolation=none', ...unit])
if (asked.length === 0) {
  const left = mkdtempSync(join(tmpdir(), 'keystead-left-behind-'))
  process.on('exit', () => rmSync(left, { recursive: true, force: true }))
  process.env['KEYSTEAD_LEFT_BEHIND'] = left
  const isolated = globSync(['tests/clients/**/*.test.ts', 'tests/faults/**/*.test.ts'])
  step('clients and faults', [process.execPath, ...flags, '--test-concurrency=1', ...isolated])
  // Two at a time: Terraform mostly waits.
  step('clients of other languages', [process.execPath, ...flags, '--test-concurrency=2', ...globSync('tests/tools/*.test.ts')])
  step('what they left behind', [process.execPath, ...quiet, 'tests/left-behind/scan.ts', left])
}
