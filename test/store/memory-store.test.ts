import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { storeContract } from './contract.ts'

storeContract('the store in memory', (options) => new MemoryStore(options))
