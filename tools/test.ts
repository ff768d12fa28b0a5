// The test command: units and whole-tree tests in one process, then what opens sockets, spawns programs or calls real clients, each isolated.
// Clients of other languages that a machine does not have are named and skipped (.ci/clients brings them); with CI=true that is a failure.
import { globSync } from 'node:fs'
import { step } from './run.ts'

const asked = process.argv.slice(2)
const unit = asked.length > 0 ? asked : globSync(['src/**/*.test.ts', 'tests/*.test.ts'])
const flags = ['--test', '--no-warnings=ExperimentalWarning']

step('unit tests', [process.execPath, ...flags, '--test-isolation=none', ...unit])
if (asked.length === 0) {
  const isolated = globSync(['tests/clients/**/*.test.ts', 'tests/faults/**/*.test.ts'])
  step('clients and faults', [process.execPath, ...flags, '--test-concurrency=1', ...isolated])
  // Two at a time: Terraform mostly waits.
  step('clients of other languages', [process.execPath, ...flags, '--test-concurrency=2', ...globSync('tests/tools/*.test.ts')])
}
