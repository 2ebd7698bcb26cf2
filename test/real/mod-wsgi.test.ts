/** Second architecture: Apache runs a WSGI service by mod_wsgi's daemon mode, the edge stands in front of it. */
import { startApache } from './systems/apache.ts'
import { SERVICES } from './systems/gunicorn.ts'
import { realTest } from './systems/packages.ts'
import { servesTheTime } from './systems/time-service.ts'

for (const { module, packages } of SERVICES) {
  realTest(
    `the edge in front of Apache and mod_wsgi with ${module}`,
    ['apache2', 'libapache2-mod-wsgi-py3', ...packages],
    async (stage) => {
      const apache = await startApache(stage, module)
      await servesTheTime(stage, apache.port)
    },
  )
}
