import { metrics, type Histogram, type MeterProvider, type UpDownCounter } from '@opentelemetry/api';
import { VERSION } from '../utils/version.ts';

/** Of the conventions that names and attributes follow. */
export const schemaUrl = 'https://opentelemetry.io/schemas/1.37.0';

/** The metrics of the semantic conventions for HTTP clients. */
interface Instruments {
  readonly duration: Histogram;
  readonly activeRequests: UpDownCounter;
}

/** In seconds, as the conventions advise. */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

let provider: MeterProvider | undefined;
let current: Instruments | undefined;

/** The instruments of the provider that is registered now: a program may register one after it has made its clients. */
export function instruments(): Instruments {
  if (current === undefined || provider !== metrics.getMeterProvider()) {
    provider = metrics.getMeterProvider();
    const meter = provider.getMeter('@example/sdk', VERSION, { schemaUrl });
    current = {
      duration: meter.createHistogram('http.client.request.duration', {
        description: 'Duration of HTTP client requests.',
        unit: 's',
        advice: { explicitBucketBoundaries: boundaries },
      }),
      activeRequests: meter.createUpDownCounter('http.client.active_requests', {
        description: 'Number of active HTTP requests.',
        unit: '{request}',
      }),
    };
  }
  return current;
}
