/** What a purge withdraws that can't be looked up: a host, a prefix of paths, everything. A tag too, where too many responses bear it. */
import type { BanMatcher, BanNature, BanTest } from './ban.ts'
import { shownTag, targetTag } from './tags.ts'
import type { Asked } from './ban-facts.ts'
import { isOfHost } from './host-test.ts'

export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'host'; readonly host: string }
  /** `prefix` begins with a slash, or is the beginning of an absolute URI; `host` null for all. */
  | { readonly kind: 'prefix'; readonly prefix: string; readonly host: string | null }
  | { readonly kind: 'tag'; readonly tag: string }

export function matcherOf(scope: Scope): BanMatcher {
  return { tests: testsOf(scope), needsRequest: false, isTimely: false }
}

export function natureOf(scope: Scope, isSoft: boolean): BanNature {
  return { text: `${isSoft ? 'soft purge' : 'purge'} ${textOf(scope)}`, kind: scope.kind, isSoft }
}

function textOf(scope: Scope): string {
  switch (scope.kind) {
    case 'all':
      return 'all'
    case 'host':
      return `host ${scope.host}`
    case 'prefix':
      return scope.host === null ? `prefix ${scope.prefix}` : `host ${scope.host} prefix ${scope.prefix}`
    case 'tag':
      return shownTag(scope.tag)
  }
}

function testsOf(scope: Scope): BanTest[] {
  switch (scope.kind) {
    case 'all':
      return []
    case 'host':
      return [isOfHost(scope.host)]
    case 'prefix':
      return scope.host === null
        ? [beginsWith(scope.prefix)]
        : [isOfHost(scope.host), beginsWith(scope.prefix)]
    case 'tag': {
      const { tag } = scope
      return [({ response }) => (response === null ? null : response.tags.includes(tag))]
    }
  }
}

function beginsWith(prefix: string): BanTest {
  const isPath = prefix.startsWith('/')
  const textOf = ({ uri, url }: Asked): string => (isPath ? url : uri)
  const mark = prefix.indexOf('?')
  if (mark === -1) return (asked) => textOf(asked).startsWith(prefix)
  const path = prefix.slice(0, mark + 1)
  return (asked) => {
    const text = textOf(asked)
    return text.startsWith(prefix) || (`${text}?`.startsWith(path) ? mayAnswerOthers(asked) : false)
  }
}

/** Whether a response answers other queries on its path than its own (No-Vary-Search): a purge of one of those is of it, too. */
function mayAnswerOthers({ uri, response }: Asked): boolean | null {
  const mark = uri.indexOf('?')
  return response === null ? null : response.tags.includes(targetTag(mark === -1 ? uri : uri.slice(0, mark)))
}
