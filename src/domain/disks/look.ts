import { system } from '#model/principal.ts'
import { beginCall, keepsake, type Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'

/**
 * A call that is never committed: it reads the view as it stands now and says what it has read. For watching what others change;
 * it opens no material and asks for no permit, so there is nothing to report.
 */
export const lookCall = ({ ground }: Needs<'ground'>): Call =>
  beginCall({
    source: { requestId: '', plane: 'system' },
    at: ground.clock.now(),
    decidedAt: ground.view.appliedSeq,
    operation: 'Look',
    resource: '',
    who: system,
    keepsake: keepsake(),
  })
