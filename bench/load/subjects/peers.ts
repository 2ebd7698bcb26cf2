/** The peers: Debian's varnish, nginx-light and haproxy, each with one thread of work and no logs. */
import { peer } from './peer.ts'

export const haproxy = peer({
  name: 'haproxy',
  program: 'haproxy',
  versionOption: '-v',
  configuration: 'haproxy.cfg',
  command: ({ configuration }) => ['haproxy', '-db', '-f', configuration],
})

export const nginx = peer({
  name: 'nginx',
  program: 'nginx',
  versionOption: '-v',
  configuration: 'nginx.conf',
  command: ({ configuration, directory }) => ['nginx', '-p', directory, '-c', configuration, '-e', 'stderr'],
})

/** All that is written for a request into the log in shared memory: off, as the others' logs are. */
const UNLOGGED = [
  ...['Begin', 'End', 'Link', 'SessOpen', 'SessClose', 'Timestamp', 'VCL_call', 'VCL_return', 'VCL_use'],
  ...['ReqStart', 'ReqMethod', 'ReqURL', 'ReqProtocol', 'ReqHeader', 'ReqUnset', 'ReqAcct', 'Hit', 'HitMiss'],
  ...['RespProtocol', 'RespStatus', 'RespReason', 'RespHeader', 'RespUnset', 'Length', 'HitPass'],
  ...['BereqMethod', 'BereqURL', 'BereqProtocol', 'BereqHeader', 'BereqUnset', 'BereqAcct', 'Fetch_Body'],
  ...['BerespProtocol', 'BerespStatus', 'BerespReason', 'BerespHeader', 'BerespUnset', 'TTL', 'Storage'],
  ...['BackendOpen', 'BackendReuse', 'BackendClose', 'BackendStart', 'Filters'],
]

export const varnish = peer({
  name: 'varnish',
  program: 'varnishd',
  versionOption: '-V',
  configuration: 'varnish.vcl',
  command: ({ configuration, directory, port, needs }) => [
    ...['varnishd', '-F', '-j', 'none', '-n', `${directory}/work`, '-T', 'none', '-f', configuration],
    ...['-a', `127.0.0.1:${port}`, '-s', `malloc,${needs.memoryMiB}m`],
    ...['-p', 'thread_pools=1', '-p', 'thread_pool_min=100', '-p', 'thread_pool_max=5000'],
    ...['-p', 'timeout_idle=3600', '-p', 'backend_idle_timeout=3600', '-p', 'listen_depth=4096'],
    ...['-p', `vsl_mask=${UNLOGGED.map((tag) => `-${tag}`).join(',')}`],
  ],
})
