// OpenTelemetry spans of calls. Set EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local API). In a program of your own, set
// up OpenTelemetry as its documentation says, such as with `@opentelemetry/sdk-node`.
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Client } from '@example/sdk';
import { instrument } from '@example/sdk/otel';

const exporter = new InMemorySpanExporter();
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));

const client = instrument(new Client());

// The calls are children of the span that is active, however long they wait.
await trace.getTracer('app').startActiveSpan('count projects', async (span) => {
  const { meta } = await client.projects.list({ per_page: 1 });
  console.log(`${meta.total_count} projects.`);
  span.end();
});

const spans = exporter.getFinishedSpans();
const nameOf = (id: string | undefined) => spans.find((span) => span.spanContext().spanId === id)?.name ?? 'nothing';
for (const { name, parentSpanContext, attributes } of spans) {
  console.log(`${name} below ${nameOf(parentSpanContext?.spanId)}: ${String(attributes['http.response.status_code'])}`);
}
