import type { IncomingMessage } from 'node:http'
import { canonicalAddress, type IpRanges } from '#model/ip-ranges.ts'

/** Proxies append the peer they saw, some with its port: `1.2.3.4:5678`, `[2001:db8::1]:5678`. */
function hopOf(text: string): string | undefined {
  const bare = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(text)?.[1] ?? text
  return canonicalAddress(bare)?.address
}

/**
 * Whose request it is: the socket's peer. A header counts only from a proxy that was configured, and then only the right-most hop that is none
 * of them (security-and-reliability.md 5.3): what stands left of it anybody can write.
 */
export function clientAddress({ socket, headers }: IncomingMessage, proxies: IpRanges | undefined): string {
  const peer = canonicalAddress(socket.remoteAddress ?? '')?.address ?? ''
  const forwarded = headers['x-forwarded-for']
  if (proxies === undefined || typeof forwarded !== 'string' || !proxies.holds(peer)) return peer
  let client = peer
  for (const text of forwarded.split(',').reverse()) {
    const hop = hopOf(text.trim())
    // What a trusted proxy did not write as an address tells nothing; nor does anything before it.
    if (hop === undefined) return client
    client = hop
    if (!proxies.holds(hop)) return client
  }
  return client
}
