import type { Pipeline } from './pipeline.ts'
import { addressOf, type Address } from './protocol.ts'

/** Makes it when it is first asked for, once for all who wait; a failure is told to them, and whoever asks then tries again. */
export function onDemand<T extends object>(make: () => Promise<T>): () => T | Promise<T> {
  const state: { made: T | undefined; making: Promise<T> | undefined } = { made: undefined, making: undefined }
  async function first(): Promise<T> {
    try {
      state.made = await make()
      return state.made
    } finally {
      state.making = undefined
    }
  }
  return () => state.made ?? (state.making ??= first())
}

/** A wire that is loaded when the first of its requests comes: that one waits, as do those that come meanwhile. */
export function createLazyPipeline(address: Address, make: () => Promise<Pipeline>): Pipeline {
  const pipeline = onDemand(make)
  return {
    ...addressOf(address),
    route(request, problem) {
      const found = pipeline()
      return found instanceof Promise ? found.then(made => made.route(request, problem)) : found.route(request, problem)
    },
  }
}
