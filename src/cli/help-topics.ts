import { httpStatusOf, type ProblemKind } from '#model/problem-kind.ts'
import { problemKinds } from '#model/problem.ts'

/** What a code means and what to do: `keystead help audit-tampered`. */
export interface Topic {
  readonly means: string
  readonly next: readonly string[]
}

/** Codes of this command, as its failures name them. */
const own: Readonly<Record<string, Topic>> = {
  AuditTampered: {
    means:
      'The audit in the database is not the one that was signed: rows were edited, removed, or the database was put back to an older state. The instance does not start on it. First keep what there is; then find out who could write to the directory; then go back to a state that verifies.',
    next: ['keystead audit export --to evidence', 'keystead audit verify', 'keystead restore FILE --into DIR --identity FILE'],
  },
  BackupDamaged: {
    means: 'The file is not whole: it was cut or changed, or what is in it is not what its manifest says. Nothing was restored.',
    next: ['take an earlier backup, or copy this one again and compare its sha256'],
  },
  BackupFailed: {
    means: 'The backup was not taken; nothing was left behind.',
    next: ['keystead doctor --deep', 'look at the free space of both places'],
  },
  BackupUnreadable: {
    means: 'None of the identities is of a recipient of that backup, or the file is none.',
    next: ['--identity FILE with the key of a recipient'],
  },
  ConfigFile: { means: 'The configuration file does not read.', next: ['keystead config check FILE'] },
  DataDirectoryLocked: {
    means: 'Another process has the data directory open. The lock ends with that process, however it ends: never delete the lock file.',
    next: ['keystead status', 'keystead stop'],
  },
  DevelopmentSeal: {
    means: 'Beyond loopback an instance wants a seal besides the key file on its own machine: whoever copies the disk has that key too.',
    next: ['keystead start', 'keystead seal add'],
  },
  FolderTaken: {
    means: 'There is something already where something was to be written. Nothing was done.',
    next: ['name a folder that is empty, or not there'],
  },
  HomeLost: {
    means: 'Records that an instance begins with are gone or changed.',
    next: ['keystead audit verify', 'keystead restore FILE --into DIR --identity FILE'],
  },
  InternalError: { means: 'Something failed inside. The log has it, with the id of the request.', next: ['keystead doctor --deep'] },
  Interrupted: { means: 'It was interrupted before anything was done.', next: [] },
  KeyNotEnabled: {
    means: 'The key is disabled: it is used for nothing until it is enabled.',
    next: ['keystead key enable KEY', 'keystead impact KEY'],
  },
  NoCertificate: { means: 'The file holds no certificate in PEM.', next: ['openssl x509 -in FILE -text'] },
  NoCredential: { means: 'There is nothing to sign in with.', next: ['keystead app credential add APP'] },
  NoPrivateKey: {
    means: 'The file holds no private key in PEM that is read without a passphrase.',
    next: ['openssl pkey -in FILE -noout'],
  },
  NotConfirmed: {
    means: 'What cannot be taken back is typed by name, or confirmed by --confirm NAME. Nothing was done.',
    next: ['the same with --confirm NAME'],
  },
  NotReachable: { means: 'The instance did not answer where it says that it listens.', next: ['keystead status', 'keystead doctor'] },
  Production: {
    means: 'That is not done to an instance in production unless it is asked for by name.',
    next: ['the same with --production'],
  },
  Ambiguous: { means: 'More than one thing has that name.', next: ['name it by its id'] },
  NotFound: { means: 'There is no such thing.', next: [] },
  TokenUnusable: { means: 'The PKCS#11 token cannot be used as it is.', next: ['keystead doctor', 'keystead seal list'] },
  ImportStopped: { means: 'The import of a disk did not come to its end.', next: ['the command that the failure names'] },
  NoDiskImage: { means: 'The file is no image of a disk that is taken.', next: ['qemu-img info FILE'] },
  NoFile: { means: 'There is no such file.', next: [] },
  NoInstance: {
    means: 'There is no Keystead in that directory, or at that address.',
    next: ['keystead start --data DIR', '--server https://management.DOMAIN[:PORT]'],
  },
  NotInProduction: {
    means: 'Names of the public cloud lead to an instance of the local profile alone, never to one under a certificate of the house.',
    next: ['keystead exec -- COMMAND'],
  },
  DeletedVaultNotFound: { means: 'There is no deleted vault of that name.', next: ['keystead vault list --deleted'] },
  RoleDefinitionDoesNotExist: {
    means: 'No role has that name or id at that scope: a tenant’s own roles name where they are.',
    next: ['keystead exec -- az role definition list --scope SCOPE --query "[].roleName"'],
  },
  NoProof: {
    means: 'A seal that there is must be shown, and that file shows none.',
    next: ['--seal-file FILE, or --proof-passphrase-file FILE'],
  },
  NotRunning: { means: 'No instance answers for that data directory.', next: ['keystead start --data DIR', 'keystead status --data DIR'] },
  NotStarted: { means: 'It ended before it answered.', next: ['read DIR/keystead.log', 'keystead doctor'] },
  PortInUse: {
    means: 'Another program listens there, or another Keystead.',
    next: ['keystead status', 'keystead start --port N', 'keystead doctor'],
  },
  Rollback: {
    means:
      'The backup is older than a state of the same instance that is known here. Restored, it would undo what was decided since: revocations, purges, rotations.',
    next: ['restore a newer backup', 'keystead restore FILE --into DIR --identity FILE --accept-rollback, if that is wanted'],
  },
  RotationFailed: { means: 'The rotation did not come to its end; it goes on where it was.', next: ['keystead rotate status'] },
  Sealed: { means: 'The root key is in no memory: somebody has to open a seal.', next: ['keystead unseal'] },
  SealKindUnknown: {
    means: 'There is no seal of that kind here.',
    next: ['keystead init --seal key-file', 'keystead init --seal passphrase'],
  },
  StillSealing: { means: 'It has not sealed in time; it goes on.', next: ['keystead status', 'keystead stop'] },
  StillStopping: { means: 'It has not ended in time; it goes on.', next: ['keystead status'] },
  AlreadyThere: { means: 'There is an instance in that directory already. Nothing was made.', next: ['keystead start --data DIR'] },
  NotWritable: { means: 'That file may not be written by this user. Nothing was changed.', next: ['do it as its owner'] },
  Usage: { means: 'The command was not understood; nothing was done.', next: ['keystead COMMAND --help'] },
}

const kindWords: Readonly<Record<ProblemKind, string>> = {
  invalid: 'What was sent is not what the operation takes.',
  unauthenticated: 'Nobody has proved who calls.',
  forbidden: 'It is known who calls, and that may not.',
  missing: 'There is no such thing, or the caller may not see it.',
  method: 'The path is right, the method is not.',
  conflict: 'It does not go with what is there.',
  precondition: 'What the request stands on does not hold any more.',
  tooLarge: 'The body is larger than the operation takes.',
  mediaType: 'The body is of a type that the operation does not take.',
  misdirected: 'That host is not served here.',
  throttled: 'Too much at once: the same again later is taken.',
  unavailable: 'Not now: the same again later is taken.',
}

const nextOfKind: Partial<Record<ProblemKind, readonly string[]>> = {
  unauthenticated: ['eval "$(keystead env)"', 'keystead doctor --client az'],
  forbidden: ['keystead access explain PRINCIPAL ACTION SCOPE'],
  unavailable: ['keystead status'],
  misdirected: ['keystead doctor'],
}

/** `audit-tampered` for `AuditTampered`. */
export const topicOf = (code: string): string =>
  code.replaceAll(/(?<=[a-z0-9])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])/g, letter => `-${letter}`).toLowerCase()

export const topics: ReadonlyMap<string, Topic & { readonly code: string }> = new Map(
  [
    ...Object.entries<ProblemKind>(problemKinds).map(([code, kind]) => ({
      code,
      means: `${kindWords[kind]} (HTTP ${httpStatusOf[kind]}, unless the imitated service has another)`,
      next: nextOfKind[kind] ?? [],
    })),
    ...Object.entries(own).map(([code, { means, next }]) => ({ code, means, next })),
  ].map(topic => [topicOf(topic.code), topic] as const),
)
