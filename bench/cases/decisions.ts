// What every request pays before its verb: the token, found verified, and the decision (performance.md 1.2, 4, 7).
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type BenchCase, type Row, rowOf } from '#bench/case.ts'
import { environmentOf, newPlace, removePlace, startInstance } from '#bench/instance.ts'
import { fetchToken, openWeb, resources } from '#bench/web.ts'
import { seed } from '#bench/world.ts'

const run = promisify(execFile)
const costs = z.object({ decision: z.number(), cached: z.number(), jose: z.number() })
const [decisionGoalUs, cachedGoalUs, joseGoal] = [1, 2, 30]
/** Groups that the principal is in, each through the one before; and how flat the cost stays: among 10, half of the groups have nothing to look at. */
const [nested, flatShare] = [20, 0.5]

export const decisions: BenchCase = {
  name: 'decisions',
  async run({ settings }) {
    const few = await costsWith(settings.memory, { assignments: 10 })
    const many = await costsWith(settings.memory, { assignments: 10_000 })
    const fewInGroups = await costsWith(settings.memory, { assignments: 10, groups: nested })
    const manyInGroups = await costsWith(settings.memory, { assignments: 10_000, groups: nested })
    const decided = (assignments: number, us: number): Row =>
      rowOf({
        case: `decision among ${assignments.toLocaleString('en')} assignments`,
        anchor: `${decisionGoalUs} µs`,
        goal: 1,
        rounds: [decisionGoalUs / us],
        figures: { µs: us },
      })
    return [
      decided(10, few.decision),
      decided(10_000, many.decision),
      rowOf({
        case: `decision in ${nested} nested groups, among 10,000 assignments`,
        anchor: 'the same among 10',
        goal: flatShare,
        rounds: [fewInGroups.decision / manyInGroups.decision],
        figures: { µs: manyInGroups.decision, 'µs among 10': fewInGroups.decision },
      }),
      rowOf({
        case: 'token verified before',
        anchor: `${cachedGoalUs} µs`,
        goal: 1,
        rounds: [cachedGoalUs / few.cached],
        figures: { µs: few.cached },
      }),
      rowOf({
        case: 'token verified before',
        anchor: `a ${joseGoal}th of jose`,
        goal: 1,
        rounds: [few.jose / joseGoal / few.cached],
        figures: { 'jose µs': few.jose },
      }),
    ]
  },
}

async function costsWith(
  under: string,
  seeded: { readonly assignments: number; readonly groups?: number },
): Promise<z.output<typeof costs>> {
  const place = await newPlace(under)
  try {
    const user = await seed(place, { keys: 0, ...seeded })
    const instance = await startInstance(place)
    const { environment } = instance
    const web = openWeb({ port: place.port, caFile: environment.caFile })
    const token = await fetchToken(web, environment, { who: user, resource: resources.keyVault })
    const path = `/${environment.tenantId}/discovery/v2.0/keys`
    const jwks = await web.json({ method: 'GET', host: `login.${environment.domain}`, path })
    web.close()
    await instance.stop()
    const stateHome = join(place.folder, 'state')
    const asked = JSON.stringify({ dataDir: place.data, stateHome, token, jwks, portSuffix: `:${place.port}` })
    const program = join(import.meta.dirname, '..', 'programs', 'decisions.ts')
    const { stdout } = await run(process.execPath, [program, asked], { env: environmentOf(place) })
    return costs.parse(JSON.parse(stdout))
  } finally {
    removePlace(place)
  }
}
