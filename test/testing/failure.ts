/** What an expectation throws that is not met. */
import assert from 'node:assert/strict'

export function failureOf(act: () => unknown): Error {
  try {
    act()
  } catch (error) {
    assert.ok(error instanceof Error)
    return error
  }
  return assert.fail('it did not throw')
}
