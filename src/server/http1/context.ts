/** What all connections of a listener share. */
import type { Wheel } from '../../base/wheel.ts'
import type { RequestHandler } from '../../engine/exchange.ts'
import type { CurrentDate } from '../current-date.ts'
import type { ServerOptions } from '../options.ts'
import type { Bulk } from './bulk.ts'
import type { Scratch } from './output.ts'
import type { RepeatedSections } from './repeated-sections.ts'

export interface ConnectionContext {
  readonly options: ServerOptions
  readonly handler: RequestHandler
  readonly wheel: Wheel
  readonly scratch: Scratch
  readonly bulk: Bulk
  readonly date: CurrentDate
  readonly repeated: RepeatedSections
  /** The recorder's slots. */
  readonly bytesIn: Float64Array
  readonly bytesOut: Float64Array
}
