/**
 * The settings that an edge runs by, and the one place where they change: what was handed to the listener, the engine and the origins is
 * brought up to date here, so that whatever begins from then on goes by the new value. Nothing is written anywhere: the next start goes by
 * options, environment and file again.
 */
import type { Settings } from '../config/settings.ts'

export class SettingsInForce {
  #settings: Settings
  readonly #users: ((settings: Settings) => void)[] = []

  constructor(settings: Settings) {
    this.#settings = settings
  }

  get current(): Settings {
    return this.#settings
  }

  /** `use` is called with the settings whenever they have changed. */
  onChange(use: (settings: Settings) => void): void {
    this.#users.push(use)
  }

  /** Only parameters that the table marks as `runtime` may differ. */
  change(settings: Settings): void {
    this.#settings = settings
    for (const use of this.#users) use(settings)
  }
}
