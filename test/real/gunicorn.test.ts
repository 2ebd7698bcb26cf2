/** First architecture: gunicorn serves a WSGI service, the edge stands in front of it. */
import { SERVICES, startGunicorn } from './systems/gunicorn.ts'
import { realTest } from './systems/packages.ts'
import { servesTheTime } from './systems/time-service.ts'

for (const { module, packages } of SERVICES) {
  realTest(`the edge in front of gunicorn with ${module}`, ['gunicorn', ...packages], async (stage) => {
    const gunicorn = await startGunicorn(stage, module)
    await servesTheTime(stage, gunicorn.port)
  })
}
