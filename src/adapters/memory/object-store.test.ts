import { objectStoreContract } from '#ports/object-store.contract.ts'
import { testClock } from '#domain/testing.ts'
import { memoryObjectStore } from './object-store.ts'

objectStoreContract('the store in memory', () => memoryObjectStore(testClock()))
