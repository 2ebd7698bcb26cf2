/** Why calls of the control API are refused, as the counter's labels. */
export const ADMIN_REFUSALS = [
  'no-token',
  'wrong-token',
  'foreign-host',
  'foreign-origin',
  'bad-input', // query, body or path are not as declared
  'unknown-path',
  'method',
  'media-type',
  'too-large',
  'not-found', // what the call is about is not there
  'conflict', // it can't be done as things are
  'unavailable', // not now
  'other',
] as const
export type AdminRefusal = (typeof ADMIN_REFUSALS)[number]

const BY_STATUS: Readonly<Record<number, AdminRefusal>> = {
  400: 'bad-input',
  404: 'not-found',
  409: 'conflict',
  413: 'too-large',
  415: 'media-type',
  422: 'bad-input',
  429: 'unavailable',
  503: 'unavailable',
}

/** The label of a problem: its code where that has one, else what its status says. */
export function adminRefusal(status: number, code: string): AdminRefusal {
  return ADMIN_REFUSALS.find((reason) => reason === code) ?? BY_STATUS[status] ?? 'other'
}
