import type { Socket } from 'node:net'
import { doesFiles } from './binding.ts'

/** How many bytes the kernel takes of what the socket's other end has not read: as many of so many as the machine's limit lets it. */
export type SetSendRoom = (socket: Socket, bytes: number) => void

/** Without the module it stays as it is: Node has no way to it. */
export function sendRoomBy(binding: object): SetSendRoom {
  if (!doesFiles(binding)) return leaveSendRoom
  return (socket, bytes) => {
    const fd = descriptorOf(socket)
    if (fd !== undefined) binding.sendRoom(fd, bytes)
  }
}

export const leaveSendRoom: SetSendRoom = () => undefined

/** Node's streams over sockets know it and have no word for it that is documented. */
function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (typeof handle !== 'object' || handle === null) return undefined
  const fd: unknown = Reflect.get(handle, 'fd')
  return typeof fd === 'number' && fd >= 0 ? fd : undefined
}
