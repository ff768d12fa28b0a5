const quietMs = 1_000
const ttyEveryMs = 200
const plainEveryMs = 10_000

/** What takes longer than a second says on stderr how far it is: one line that is written over on a terminal, else a plain one every 10 s (people.md 4.1). */
export interface Progress {
  done(count: number): void
  end(): void
}

interface Surroundings {
  readonly now: () => number
  readonly terminal: boolean
  readonly write: (text: string) => void
}

const own: Surroundings = {
  now: () => performance.now(),
  terminal: process.stderr.isTTY && process.env['TERM'] !== 'dumb',
  write: text => void process.stderr.write(text),
}

/** `of`: what is counted, such as `keys`. */
export function progress(of: string, { now, terminal, write }: Surroundings = own): Progress {
  const started = now()
  const every = terminal ? ttyEveryMs : plainEveryMs
  let last = started + (terminal ? quietMs : plainEveryMs) - every
  let shown = false
  return {
    done(count) {
      const at = now()
      if (at - started < quietMs || at - last < every) return
      last = at
      shown = true
      const seconds = (at - started) / 1_000
      const text = `${count.toLocaleString('en')} ${of}  ${Math.round(count / seconds).toLocaleString('en')}/s`
      write(terminal ? `\r\u001B[K${text}` : `${text}\n`)
    },
    end() {
      if (shown && terminal) write('\r\u001B[K')
    },
  }
}
