/**
 * A service that tells the time, and says nothing about caching.
 *
 * Who wants it: whoever runs an application that gives everybody the same answer, is asked far more often than the answer
 * changes, and can't be taught to send Cache-Control. Two seconds are enough that a rush of visitors costs the
 * application one request every two seconds, and short enough that nobody minds.
 *
 *   lacquer serve --origin http://127.0.0.1:8000 --policies policies/examples/time-service.ts
 */
import { route } from 'lacquer-cache'

export default route({
  name: 'time-service',
  match: { path: '/time' },

  originResponse({ response }) {
    // What is no time stays as it is: an error should be gone as soon as the service is well again.
    if (response.status !== 200) return
    response.ttl = '2s'
    // A clock must not run late: after its two seconds an answer is not served while a new one is fetched.
    response.grace = '0s'
  },
})
