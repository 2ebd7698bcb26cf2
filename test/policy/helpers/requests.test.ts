/** Helpers that read a request and make it plainer: cookies, query, preferences. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  cookie,
  cookies,
  deviceClass,
  dropCookies,
  dropQuery,
  dropTracking,
  keepCookies,
  keepQuery,
  normaliseEncoding,
  normaliseLanguage,
  queryParameter,
  sortQuery,
} from '../../../src/policy/api.ts'
import { message } from './views.ts'

describe('cookies', () => {
  test('are read by their exact name, values untouched, the first of equals', () => {
    const request = message(['cookie', 'a=1; b="x y=z"; a=2; Theme=dark'], ['cookie', 'c=%20'])
    assert.equal(cookie(request, 'a'), '1')
    assert.equal(cookie(request, 'b'), '"x y=z"')
    assert.equal(cookie(request, 'c'), '%20')
    assert.equal(cookie(request, 'theme'), undefined)
    assert.deepEqual(
      [...cookies(request)],
      [
        ['a', '1'],
        ['b', '"x y=z"'],
        ['Theme', 'dark'],
        ['c', '%20'],
      ],
    )
    assert.equal(cookie(message(), 'a'), undefined)
  })

  test('are kept by name or by the beginning of it, and the field goes with the last of them', () => {
    const request = message(['cookie', '_ga=1;session=s; _ga_X=2; wp_1=w'])
    keepCookies(request, 'session', 'wp_*')
    assert.equal(request.headers.get('cookie'), 'session=s; wp_1=w')
    keepCookies(request, 'other')
    assert.equal(request.headers.has('cookie'), false)
  })

  test('are dropped by name, or all of them', () => {
    const request = message(['cookie', '_ga=1; session=s; _ga_X=2'])
    dropCookies(request, '_ga*')
    assert.equal(request.headers.get('cookie'), 'session=s')
    dropCookies(request)
    assert.equal(request.headers.has('cookie'), false)
  })

  test('stay byte for byte where none goes', () => {
    const request = message(['cookie', 'a=1;b=2 ;; c'])
    dropCookies(request, 'x')
    assert.equal(request.headers.get('cookie'), 'a=1;b=2 ;; c')
  })
})

describe('the query', () => {
  const after = (url: string, change: (request: { url: string }) => void): string => {
    const request = { url }
    change(request)
    return request.url
  }

  test('loses what trackers put there, and keeps the rest as it was written', () => {
    const url = '/a?utm_source=x&id=%37&utm%5Fmedium=y&q=a+b&gclid&fbclid=1'
    assert.equal(after(url, dropTracking), '/a?id=%37&q=a+b')
    assert.equal(after('/a?utm_source=x', dropTracking), '/a')
    assert.equal(
      after('/a?mine=1&b=2', (request) => dropTracking(request, 'mine')),
      '/a?b=2',
    )
  })

  test('keeps only what is named, or drops it, or all', () => {
    assert.equal(
      after('/a?x=1&page=2&x=3', (request) => keepQuery(request, 'x')),
      '/a?x=1&x=3',
    )
    assert.equal(
      after('/a?x=1&page=2', (request) => dropQuery(request, 'page')),
      '/a?x=1',
    )
    assert.equal(
      after('/a?x=1&page=2', (request) => dropQuery(request)),
      '/a',
    )
    assert.equal(
      after('/a?x=1', (request) => keepQuery(request)),
      '/a',
    )
  })

  test('is sorted by name; what repeats stays in its order', () => {
    assert.equal(after('/a?b=1&a=2&b=0&a=1', sortQuery), '/a?a=2&a=1&b=1&b=0')
    assert.equal(after('/a', sortQuery), '/a')
    assert.equal(after('/a?&&', sortQuery), '/a')
  })

  test('is not written to where nothing changes', () => {
    const request = {
      get url(): string {
        return '/a?a=1&b=2'
      },
      set url(url: string) {
        assert.fail(`written: ${url}`)
      },
    }
    sortQuery(request)
    dropTracking(request)
  })

  test('gives a parameter decoded, and what can’t be decoded as it is', () => {
    assert.equal(queryParameter({ url: '/a?q=a+b%20c&q=2' }, 'q'), 'a b c')
    assert.equal(queryParameter({ url: '/a?q' }, 'q'), '')
    assert.equal(queryParameter({ url: '/a?q=%E0%A4' }, 'q'), '%E0%A4')
    assert.equal(queryParameter({ url: '/a?p=1' }, 'q'), undefined)
  })
})

describe('preferences', () => {
  const language = (value: string | null): string => {
    const request = value === null ? message() : message(['accept-language', value])
    const chosen = normaliseLanguage(request, ['en', 'de', 'pt-BR'])
    assert.equal(request.headers.get('accept-language'), chosen)
    return chosen
  }

  test('the language is the best liked that there is', () => {
    assert.equal(language('fr, de;q=0.8, en;q=0.9'), 'en')
    assert.equal(language('de-CH, en;q=0.9'), 'de')
    assert.equal(language('pt'), 'pt-BR')
    assert.equal(language('PT-br'), 'pt-BR')
    assert.equal(language('fr, *;q=0.1'), 'en')
  })

  test('and the first where none is liked, or none is named', () => {
    assert.equal(language('de;q=0, fr'), 'en')
    assert.equal(language(null), 'en')
    assert.equal(language(', ;q=, ""'), 'en')
  })

  const encoding = (value: string | null): string => {
    const request = value === null ? message() : message(['accept-encoding', value])
    const chosen = normaliseEncoding(request)
    assert.equal(request.headers.get('accept-encoding'), chosen)
    return chosen
  }

  test('the encoding is the first of ours that the client takes', () => {
    assert.equal(encoding('gzip, deflate, br'), 'br')
    assert.equal(encoding('gzip;q=1.0, br;q=0'), 'gzip')
    assert.equal(encoding('x-gzip'), 'gzip')
    assert.equal(encoding('*'), 'br')
    assert.equal(encoding('br;q=0, *;q=0.5'), 'gzip')
    assert.equal(encoding('deflate'), 'identity')
    assert.equal(encoding(null), 'identity')
  })

  test('the class of device is guessed from what the browser says', () => {
    const of = (agent: string, mobile?: string): string =>
      deviceClass(
        message(
          ['user-agent', agent],
          ...(mobile === undefined ? [] : ([['sec-ch-ua-mobile', mobile]] as const)),
        ),
      )
    assert.equal(of('Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0'), 'desktop')
    assert.equal(of('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148'), 'phone')
    assert.equal(of('Mozilla/5.0 (Linux; Android 16; Pixel 10) Chrome/150.0 Mobile Safari/537.36'), 'phone')
    assert.equal(of('Mozilla/5.0 (Linux; Android 16; SM-X910) Chrome/150.0 Safari/537.36'), 'tablet')
    assert.equal(of('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'), 'robot')
    assert.equal(of('Mozilla/5.0 (X11; Linux x86_64)', '?1'), 'phone')
    assert.equal(deviceClass(message()), 'desktop')
  })
})
