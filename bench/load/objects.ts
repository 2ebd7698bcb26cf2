/**
 * What the origin of the bench has, by path. Origin and checks read it from here, so that a wrong body shows.
 *
 * `/o/…` 1 KiB, stored for an hour; `/p/…` the same, but every server is told to pass it; `/l/BYTES/…` that many bytes;
 * `/slow/MS/…` 1 KiB after that many milliseconds; `/t/TAG/…` 1 KiB that bears that tag.
 */
export const OBJECT_BYTES = 1024

export function bodyOf(path: string): Buffer {
  return Buffer.alloc(sizeOf(path), `${path} `, 'latin1')
}

/** Entity tag of the object at `path`: what a client that has it sends in If-None-Match. */
export function etagOf(path: string): string {
  return `"${path}"`
}

export function delayOf(path: string): number {
  return Number(/^\/slow\/(\d+)\//.exec(path)?.[1] ?? 0)
}

/** The tag that the object at `path` bears; null where it has none. */
export function tagOf(path: string): string | null {
  return /^\/t\/([^/]+)\//.exec(path)?.[1] ?? null
}

function sizeOf(path: string): number {
  return Number(/^\/l\/(\d+)\//.exec(path)?.[1] ?? OBJECT_BYTES)
}
