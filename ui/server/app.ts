import { OpenAPIHono } from '@hono/zod-openapi';
import type { Hono } from 'hono';
import { answersFrom } from './answers.ts';
import { assets } from './assets.ts';
import { bounded } from './bounded.ts';
import { ServerCounters } from './counters.ts';
import { eventStream, Refresher, StateSchema } from './events.ts';
import { loopbackOnly, securityHeaders } from './headers.ts';
import { REQUEST_TIMEOUT_MS } from './limits.ts';
import { metrics } from './metrics.ts';
import { HttpProblem, ProblemSchema, problemResponse } from './problem.ts';
import { aboutAnswer, aboutEndpoint } from './routes/about.ts';
import { anomaliesAnswer, anomaliesEndpoint } from './routes/anomalies.ts';
import { capacityAnswer, capacityEndpoint } from './routes/capacity.ts';
import { changesAnswer, changesEndpoint } from './routes/changes.ts';
import { coverageAnswer, coverageEndpoint } from './routes/coverage.ts';
import { digestAnswer, digestEndpoint } from './routes/digest.ts';
import { edgeAnswer, edgeEndpoint } from './routes/edge.ts';
import { edgesAnswer, edgesEndpoint } from './routes/edges.ts';
import { incidentsAnswer, incidentsEndpoint } from './routes/incidents.ts';
import { mapAnswer, mapEndpoint } from './routes/map.ts';
import { observationsAnswer, observationsEndpoint } from './routes/observations.ts';
import { searchAnswer, searchEndpoint } from './routes/search.ts';
import { servicesAnswer, servicesEndpoint } from './routes/services.ts';
import { whyAnswer, whyEndpoint } from './routes/why.ts';
import type { Sources } from './sources.ts';

export interface AppOptions {
  /** Address the server listens on; requests for other names are refused when it is a loopback one. */
  readonly host?: string;
  /** Folder of the built page. */
  readonly page?: string;
  readonly timeoutMs?: number;
  /** Told of what broke inside; the answer itself does not repeat it. */
  readonly onError?: (error: unknown) => void;
}

/** The HTTP side of faultline: the API, its description, the metrics and the page. */
export function createApp(sources: Sources, options: AppOptions = {}): Hono {
  const answers = answersFrom(sources);
  const counters = new ServerCounters();
  const app = new OpenAPIHono({ strict: false });
  app.use(securityHeaders, counters.middleware, loopbackOnly(options.host ?? ''));
  app.onError((error, context) => {
    if (!(error instanceof HttpProblem)) options.onError?.(error);
    return problemResponse(context, error);
  });
  app.notFound((context) =>
    problemResponse(
      context,
      new HttpProblem(404, 'FL-550', 'There is nothing at this address', 'See /api/v1/openapi.json.'),
    ),
  );

  app.route('/api/v1', api(answers, new Refresher(answers), counters, options));
  app.get('/metrics', async (context) => {
    context.header('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    return context.body(await metrics(sources, counters));
  });
  app.get('/healthz', (context) => context.text('ok\n'));
  app.get('/readyz', async (context) => {
    await sources.reader.range();
    return context.text('ready\n');
  });

  const { page, file } = assets(options.page);
  app.get('/', page);
  app.get('/map/*', page);
  app.get('/assets/*', file);
  return app as unknown as Hono;
}

function api(
  answers: ReturnType<typeof answersFrom>,
  refresher: Refresher,
  counters: ServerCounters,
  options: AppOptions,
): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error.issues);
    },
  });
  app.get('/events', (context) => eventStream(context, refresher, counters));
  app.use(bounded(options.timeoutMs ?? REQUEST_TIMEOUT_MS), async (context, next) => {
    context.header('cache-control', 'no-store');
    await next();
  });
  app.openapi(aboutEndpoint, async (c) => c.json(await aboutAnswer(answers), 200));
  app.openapi(servicesEndpoint, async (c) =>
    c.json(await servicesAnswer(answers, c.req.valid('query')), 200),
  );
  app.openapi(mapEndpoint, async (c) => c.json(await mapAnswer(answers, c.req.valid('query')), 200));
  app.openapi(edgesEndpoint, async (c) => c.json(await edgesAnswer(answers, c.req.valid('query')), 200));
  app.openapi(edgeEndpoint, async (c) => c.json(await edgeAnswer(answers, c.req.valid('query')), 200));
  // The document is what the report's renderer makes; its description is checked against it by a test.
  app.openapi(whyEndpoint, async (c) =>
    c.json((await whyAnswer(answers, c.req.valid('query'))) as never, 200),
  );
  app.openapi(digestEndpoint, async (c) =>
    c.json((await digestAnswer(answers, c.req.valid('query'))) as never, 200),
  );
  app.openapi(incidentsEndpoint, async (c) =>
    c.json((await incidentsAnswer(answers, c.req.valid('query'))) as never, 200),
  );
  app.openapi(anomaliesEndpoint, async (c) =>
    c.json(await anomaliesAnswer(answers, c.req.valid('query')), 200),
  );
  app.openapi(searchEndpoint, async (c) => c.json(await searchAnswer(answers, c.req.valid('query')), 200));
  app.openapi(coverageEndpoint, async (c) =>
    c.json(await coverageAnswer(answers, c.req.valid('query')), 200),
  );
  app.openapi(changesEndpoint, async (c) => c.json(await changesAnswer(answers, c.req.valid('query')), 200));
  app.openapi(observationsEndpoint, async (c) =>
    c.json(await observationsAnswer(answers, c.req.valid('query')), 200),
  );
  app.openapi(capacityEndpoint, async (c) =>
    c.json(await capacityAnswer(answers, c.req.valid('query')), 200),
  );
  describe(app, answers.sources.version);
  return app;
}

/** The description is generated from the schemas that validate, so the two cannot differ. */
function describe(app: OpenAPIHono, version: string): void {
  app.openAPIRegistry.register('State', StateSchema);
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/events',
    summary: 'Server-sent events: the state after each refresh, at most once a second',
    responses: {
      200: {
        description: 'A stream of `state` events',
        content: { 'text/event-stream': { schema: StateSchema } },
      },
      default: { description: 'Problem', content: { 'application/problem+json': { schema: ProblemSchema } } },
    },
  });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'faultline', version, license: { name: 'Apache-2.0' } },
    servers: [{ url: '/api/v1' }],
  });
}

function invalid(issues: readonly { path: readonly PropertyKey[]; message: string }[]): HttpProblem {
  const first = issues[0];
  const what = first === undefined ? 'a parameter' : `\`${first.path.join('.')}\`: ${first.message}`;
  return new HttpProblem(400, 'FL-551', `The request cannot be used: ${what}`, 'See /api/v1/openapi.json.');
}
