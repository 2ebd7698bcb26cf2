/** What a purge withdraws that can't be looked up: a host, a prefix of paths, everything. A tag too, where too many responses bear it. */
import type { BanMatcher, BanNature, BanTest } from './ban.ts'
import { shownTag } from './tags.ts'
import { splitUri, type BanFacts } from './ban-facts.ts'

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

/** A host without a port is meant on all ports. An URI does not name the port that its scheme has anyway. */
function isOfHost(wanted: string): BanTest {
  const [, name = wanted, port] = /^(.*):(\d+)$/.exec(wanted) ?? []
  if (port === undefined) {
    return ({ uri }) => {
      const { host } = splitUri(uri)
      return host === wanted || host.startsWith(`${wanted}:`)
    }
  }
  const bare = port === '80' ? `http://${name}` : port === '443' ? `https://${name}` : null
  return ({ uri }) => {
    const { host } = splitUri(uri)
    return host === wanted || (host === name && bare !== null && uri.startsWith(bare))
  }
}

function beginsWith(prefix: string): BanTest {
  const isPath = prefix.startsWith('/')
  const textOf = ({ uri }: BanFacts): string => (isPath ? splitUri(uri).url : uri)
  const mark = prefix.indexOf('?')
  if (mark === -1) return (facts) => textOf(facts).startsWith(prefix)
  // Of a response found by No-Vary-Search only the path is known.
  const path = prefix.slice(0, mark)
  return (facts) => textOf(facts).startsWith(prefix) || textOf(facts) === path
}
