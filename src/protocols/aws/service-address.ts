import type { Address } from '#protocols/http/protocol.ts'
import { isSharedName, regionOfName, serviceMeant, type ServiceNames } from './addresses.ts'

/** What a service is called: in signatures, and where that is another word, in its hosts. */
export interface Called extends Omit<ServiceNames, 'label'> {
  readonly signing: string
  readonly label?: string
}

export const namesOf = (called: Called): ServiceNames => ({ ...called, label: called.label ?? called.signing })

/** A service's own names, and those that all share where the request means it. */
export function serviceAddress(called: Called): Address {
  const names = namesOf(called)
  return {
    shares: hostname => isSharedName(called.domain, hostname),
    serves: (hostname, request) =>
      regionOfName(names, hostname) !== undefined ||
      (isSharedName(called.domain, hostname) && request !== undefined && serviceMeant(request) === called.signing),
  }
}

/** Whatever is meant for a service at the names that all share: stands behind those that are here. */
export const unservedAddress = (domain: string): Address => ({
  shares: hostname => isSharedName(domain, hostname),
  serves: (hostname, request) => request !== undefined && isSharedName(domain, hostname) && serviceMeant(request) !== undefined,
})
