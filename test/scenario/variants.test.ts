// RFC 9111 §4.1 in the whole: many variants under one key.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { World } from './world.ts'

/** As many as the scenarios' store keeps under one key. */
const MAX = 8

function varying(): World {
  const world = new World()
  world.origin.answer = (fetch) =>
    fetch.respond(200, { 'cache-control': 'max-age=60', vary: 'x-a' }, fetch.header('x-a'))
  return world
}

describe('variants under one key', () => {
  test('there are only so many: one more evicts the one stored first', () => {
    const world = varying()
    for (let i = 0; i <= MAX; i++) world.get('/a', { 'x-a': String(i) })
    assert.equal(world.store.figures().responses, MAX)
    for (let i = MAX; i > 0; i--) assert.match(world.get('/a', { 'x-a': String(i) }).cacheStatus, /; hit/)
    assert.match(world.get('/a', { 'x-a': '0' }).cacheStatus, /vary-miss/)
  })

  test('a visitor who makes up values costs other keys nothing', () => {
    const world = varying()
    world.get('/b', { 'x-a': '1' })
    for (let i = 0; i < 1000; i++) world.get('/a', { 'x-a': String(i) })
    assert.match(world.get('/b', { 'x-a': '1' }).cacheStatus, /; hit/)
    assert.equal(world.store.figures().responses, MAX + 1)
  })

  test('of several that match, the one received last answers', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60', vary: 'x-a' }, 'by x-a')
    world.get('/a', { 'x-a': '1', 'x-b': '1' })
    world.origin.always(200, { 'cache-control': 'max-age=60', vary: 'x-b' }, 'by x-b')
    world.get('/a', { 'x-a': '2', 'x-b': '2' })
    assert.equal(world.get('/a', { 'x-a': '1', 'x-b': '2' }).text, 'by x-b')
  })
})
