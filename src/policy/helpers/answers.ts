/**
 * Answers from here with a type: JSON and HTML. Without a Cache-Control of yours they say `no-store`, as an answer made up on the spot is
 * rarely meant to be kept by anybody.
 */
import { synth, type SynthVerdict } from '../verdict.ts'

type Fields = Readonly<Record<string, string>>

/** `json(200, { ok: true })`. Throws `TypeError` for what JSON can't say. */
export function json(status: number, value: unknown, headers: Fields = {}): SynthVerdict {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError(`json: ${typeof value} can't be said in JSON`)
  return answer(status, 'application/json', `${text}\n`, headers)
}

/** `html(503, '<h1>Back soon</h1>')`: UTF-8. What comes from a request goes through `escapeHtml` first. */
export function html(status: number, markup: string, headers: Fields = {}): SynthVerdict {
  return answer(status, 'text/html; charset=utf-8', markup, headers)
}

/** Text as it can stand in markup and in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

function answer(status: number, type: string, body: string, headers: Fields): SynthVerdict {
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return synth(status, { headers: { 'content-type': type, 'cache-control': 'no-store', ...own }, body })
}
