import { basename } from 'node:path'
import { openForWriting, type DiskWriter } from '#adapters/nbd-client/nbd-writer.ts'
import { ask, dataDirGiven } from '#cli/admin.ts'
import { callerOf, type Caller } from '#cli/caller.ts'
import { askCloud } from '#cli/cloud-wire.ts'
import { text, type Invocation, type Run } from '#cli/command.ts'
import { openDiskFile, type DiskFile } from '#cli/disk-bytes.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { progress } from '#cli/progress.ts'
import { quoted } from '#cli/shell-words.ts'

const mebibyte = 1_048_576
/** So much is lost at most where an import is killed. */
const flushedEvery = 256 * mebibyte
const gibibyte = 1_024 * mebibyte

/** Bytes of a file into a new disk, through its own export: encrypted on their way, by the layers that the disk has. */
export const run: Run = async ({ options, arguments: [file = ''] }) => {
  const from = fromOf(options)
  await using source = await openDiskFile(file)
  const dataDir = dataDirGiven(options)
  await using caller = await callerOf(dataDir, options)
  const name = text(options['name']) ?? basename(file).replace(/\.(?:raw|img|vhd)$/i, '')
  const id = await diskFor(caller, { name, source, options, isNew: from === 0 })
  const served = await ask(dataDir, { method: 'POST', path: '/disks/export', body: { id } })
  const writer = await openForWriting(textOf(memberOf(served, 'socket')), textOf(memberOf(served, 'name')))
  const again = (offset: number): string => `keystead disk import ${quoted(file)} --name ${quoted(name)} --from ${offset}`
  const end = await copied(writer, { source, from, again }).finally(() => writer.close())
  if (end < source.sizeBytes) return exits.interrupted
  const told = listOf(memberOf(await ask(dataDir, { method: 'POST', path: '/disks/layers', body: { id } }), 'disks'))[0]
  if (options['json'] === true) printJson({ ...Object(told), bytes: source.sizeBytes })
  else print(`${name}  ${source.sizeBytes} bytes  ${id}`)
  return exits.good
}

function fromOf(options: Invocation['options']): number {
  const given = text(options['from']) ?? '0'
  if (/^\d{1,15}$/.test(given) && Number(given) % 512 === 0) return Number(given)
  throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: '--from is a number of bytes, as an interrupted import says.' })
}

interface Wanted {
  readonly name: string
  readonly source: DiskFile
  readonly options: Invocation['options']
  readonly isNew: boolean
}

/** A new disk of whole GiB; one that is there already is gone on with, and never begun anew. */
async function diskFor(caller: Caller, { name, source, options, isNew }: Wanted): Promise<string> {
  const of = (member: string): string => textOf(memberOf(caller.environment, member))
  const id = `/subscriptions/${of('subscriptionId')}/resourceGroups/${of('resourceGroup')}/providers/Microsoft.Compute/disks/${name}`
  const at = { at: 'management', path: `${id}?api-version=2023-10-02` } as const
  const there = await askCloud(caller, { ...at, method: 'GET' }).catch((error: unknown) => {
    if (error instanceof CommandFailed && error.failure.exit === exits.missing) return undefined
    throw error
  })
  if (there === undefined && !isNew)
    throw new CommandFailed({ exit: exits.missing, code: 'DiskNotFound', message: `There is no disk ${name} to go on with.` })
  if (there !== undefined && isNew)
    throw new CommandFailed({
      exit: exits.conflict,
      code: 'Conflict',
      message: `The disk ${name} is there already: name another with --name.`,
    })
  if (there !== undefined) return id
  const set = text(options['set'])
  const encryption =
    set === undefined ? {} : { encryption: { type: 'EncryptionAtRestWithCustomerKey', diskEncryptionSetId: setId(id, set) } }
  const body = {
    location: of('location'),
    sku: { name: 'Premium_LRS' },
    properties: { creationData: { createOption: 'Empty' }, diskSizeGB: Math.ceil(source.sizeBytes / gibibyte), ...encryption },
  }
  await askCloud(caller, { ...at, method: 'PUT', body })
  return id
}

const setId = (diskId: string, set: string): string =>
  set.startsWith('/') ? set : `${diskId.replace(/disks\/[^/]*$/, '')}diskEncryptionSets/${set}`

interface Copying {
  readonly source: DiskFile
  readonly from: number
  readonly again: (offset: number) => string
}

/** Answers how far it came: to the end, or to where Ctrl-C ended it, all of which is durable. */
async function copied(writer: DiskWriter, { source, from, again }: Copying): Promise<number> {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => (interrupted.signal.aborted ? process.exit(exits.interrupted) : interrupted.abort()))
  const told = progress('MiB')
  let [at, durable] = [from, from]
  try {
    while (at < source.sizeBytes && !interrupted.signal.aborted) {
      const bytes = await source.read(at, Math.min(mebibyte, source.sizeBytes - at))
      // A new disk reads as zeroes where nothing was written.
      if (bytes.some(byte => byte !== 0)) await writer.write(at, bytes)
      at += bytes.length
      if (at - durable >= flushedEvery) {
        await writer.flush()
        durable = at
      }
      told.done(Math.floor((at - from) / mebibyte))
    }
    await writer.flush()
    durable = at
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : 'the connection ended'
    throw new CommandFailed({
      exit: exits.unknown,
      code: 'ImportStopped',
      message: `The import stopped at ${at} of ${source.sizeBytes} bytes.`,
      because,
      next: [again(durable)],
    })
  } finally {
    told.end()
  }
  if (at < source.sizeBytes) note(`${at} of ${source.sizeBytes} bytes are there; go on with: ${again(at)}`)
  return at
}
