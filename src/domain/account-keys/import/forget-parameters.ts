import type { DueTask } from '#domain/jobs/task.ts'
import { rootScope } from '#domain/resources/scopes.ts'

/** A pair whose day is over: its private half is shredded, whatever was wrapped for it stays closed. */
export const forgetImportParameters: DueTask = {
  family: 'importParameters',
  operation: 'KeyForgetImportParameters',
  async run({ access, importParameters }, call, { compartment, path: [keyId = '', id = ''] }) {
    const held = await importParameters.get(call, compartment, [keyId, id])
    if (held === undefined || held.value.dueAt > call.at) return false
    access.permit(call, 'instance.operate', { on: rootScope })
    importParameters.remove(call, held)
    call.materials.push({ removeOf: held.id })
    return true
  },
}
