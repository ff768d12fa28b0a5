import { type Check, doubtful, well, wrong } from './check.ts'

/** security-and-reliability.md 4.6: below it nothing is written but what ends things. */
export const reservedBytes = 256 * 1024 * 1024
const littleBytes = 4 * reservedBytes
/** A node needs 5 s; tokens allow 60 s, signatures 300 s (people.md 5.2). */
const skewMaxSeconds = 5
const leastFiles = 1_024

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 1_048_576).toLocaleString('en')} MiB`

/** `wanted`: what package-lock.json pins, without which start does not run. */
export function nodeCheck({ node, openssl, wanted }: { readonly node: string; readonly openssl: string; readonly wanted: string }): Check {
  const told = `Node ${node}, OpenSSL ${openssl}`
  return node.split('.')[0] === wanted.split('.')[0]
    ? well('Node', told)
    : wrong('Node', `${told}: Keystead is made for Node ${wanted}`, 'npm ci, then bin/keystead')
}

export function nativeCheck({ backend, reason }: { readonly backend: string; readonly reason?: string | undefined }): Check {
  return backend === 'native'
    ? well('NativeModule', 'the native module answers as it must')
    : doubtful('NativeModule', `the native module is not used: ${reason ?? 'unknown'}; disks and RSA are slower`, 'npm run install')
}

export function throttleCheck(value: string | undefined): Check {
  return value?.toLowerCase() === 'off'
    ? doubtful('Throttle', 'KEYSTEAD_THROTTLE=off: nobody is slowed down, and noise fills the audit', 'unset KEYSTEAD_THROTTLE')
    : well('Throttle', 'limits are in force')
}

/** Our clock beside the newest moment that the database was written at, milliseconds both; `undefined`: nothing was written yet. */
export function clockCheck({ now, newest }: { readonly now: number; readonly newest: number | undefined }): Check {
  if (newest === undefined) return well('Clock', 'nothing to compare it with yet')
  const behind = Math.floor((newest - now) / 1_000)
  return behind <= skewMaxSeconds
    ? well('Clock', 'not behind what was written last')
    : wrong('Clock', `the clock is ${behind.toLocaleString('en')} s behind the database's`, 'timedatectl set-ntp true')
}

export function spaceCheck(freeBytes: number, dataDir: string): Check {
  const told = `${mebibytes(freeBytes)} free`
  if (freeBytes < reservedBytes)
    return wrong('DiskSpace', `${told}, ${mebibytes(reservedBytes)} reserved: writes are refused`, `free space where ${dataDir} is`)
  return freeBytes < littleBytes
    ? doubtful('DiskSpace', `${told}; below ${mebibytes(reservedBytes)} writes are refused`, `free space where ${dataDir} is`)
    : well('DiskSpace', told)
}

/** Each connection is a file, and so is each chunk of a disk in use (256 a disk). `undefined`: the system does not say. */
export function openFilesCheck(limit: number | undefined): Check {
  if (limit === undefined) return well('OpenFiles', 'the system tells no limit')
  return limit < leastFiles
    ? doubtful('OpenFiles', `at most ${limit} files may be open at once: connections and disks share them`, 'ulimit -n 65536')
    : well('OpenFiles', `${limit.toLocaleString('en')} may be open at once`)
}
