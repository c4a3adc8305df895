import type { RateLimit, RateWindow } from '../../state/rate-windows.ts';
import type { Services } from '../../state/services.ts';
import type { TokenInfo } from '../../state/tokens.ts';
import { type ChartData, TrafficChart } from '../parts/chart.tsx';
import { Card, Empty, PageHead, Pill, Time, type Tone } from '../parts/components.tsx';
import { Icon } from '../parts/icons.tsx';
import { count, durationText, number } from '../parts/numbers.ts';

/** A token's budget, now and in the last windows. */
export interface TokenBudget {
  readonly token: TokenInfo;
  readonly rate: RateLimit;
  readonly remaining: number;
  /** When the window ends, in epoch milliseconds; `undefined` if none is open. */
  readonly reset: number | undefined;
  readonly windows: readonly RateWindow[];
  readonly traffic: ChartData;
}

export function tokenBudgets({ tokens, windows, traffic, clock }: Services): readonly TokenBudget[] {
  const now = clock.now();
  return tokens.list().map((token) => {
    const history = windows.history(token.id);
    const { remaining, reset } = windows.status(token.id, now);
    return {
      token,
      rate: windows.rate,
      remaining,
      reset: remaining < windows.rate.limit ? reset : undefined,
      windows: history,
      traffic: { series: traffic.series(token.id, now), interval: traffic.interval, now },
    };
  });
}

/** A token's budget in a few lines: how much is left, and until when. */
export function BudgetMeter({ budget }: { budget: TokenBudget }) {
  const { token, rate, remaining } = budget;
  return (
    <div class="budget-meter">
      <p>
        <span>{token.name}</span>{' '}
        <strong class={remaining === 0 ? 'bad' : 'plain'}>{`${number(remaining)} of ${number(rate.limit)}`}</strong>
      </p>
      <meter
        min={0}
        max={rate.limit}
        low={rate.limit / 4}
        high={rate.limit / 2}
        optimum={rate.limit}
        value={remaining}
        class={toneOf(remaining, rate)}
        aria-label={`Requests left for ${token.name}`}
      ></meter>
      <p class="hint">
        <ResetText budget={budget} />
      </p>
    </div>
  );
}

/** The tone of a budget: none left, little left, or enough. */
function toneOf(remaining: number, { limit }: RateLimit): Tone {
  return remaining === 0 ? 'bad' : remaining <= limit / 4 ? 'fair' : 'good';
}

function ResetText({ budget: { reset } }: { budget: TokenBudget }) {
  if (reset === undefined) return <>No window is open. The next request starts one.</>;
  return (
    <>
      Full again at <Time at={reset} /> (<Time at={reset} show="ago" />)
    </>
  );
}

export function RateLimits({ budgets, rate }: { budgets: readonly TokenBudget[]; rate: RateLimit }) {
  return (
    <>
      <PageHead
        title="Rate limits"
        lead={`Each token allows ${count(rate.limit, 'request')} in a window of ${durationText(rate.window)}. A window starts with its first request.`}
      />
      {budgets.length === 0 && (
        <Empty title="There are no tokens, so every request gets a 401.">
          <p>
            <a href="/dashboard/api-tokens">Create a token</a> to make requests.
          </p>
        </Empty>
      )}
      {budgets.map((budget) => (
        <TokenTimeline budget={budget} />
      ))}
    </>
  );
}

function TokenTimeline({ budget }: { budget: TokenBudget }) {
  const { token, rate, remaining, reset, windows, traffic } = budget;
  const current = reset === undefined ? undefined : windows.at(-1);
  const refused = current?.refused ?? 0;
  return (
    <Card
      id={token.id}
      title={
        <>
          {token.name} <code>…{token.hint}</code>
        </>
      }
      actions={
        <a class="button" href={`/dashboard/requests?token=${token.id}`}>
          Requests
        </a>
      }
    >
      {remaining === 0 && reset !== undefined && (
        <p class="callout bad" role="alert">
          <Icon name="warning" />
          <span>
            <strong>No requests left.</strong> Every request gets a 429 until <Time at={reset} /> (
            <Time at={reset} show="ago" />
            ).
          </span>
        </p>
      )}
      <div class="timeline">
        <TrafficChart data={traffic} budget={{ rate, windows }} label={`Requests with ${token.name}`} />
        <div class="timeline-now">
          <p class="big">
            <strong class={toneOf(remaining, rate)}>{number(remaining)}</strong> {`of ${number(rate.limit)} left`}
          </p>
          <p class="hint">
            <ResetText budget={budget} />
          </p>
          {refused > 0 && (
            <p>
              <Pill tone="refused">{`${number(refused)} refused`}</Pill> in this window.{' '}
              <a href={`/dashboard/requests?token=${token.id}&status=429`}>Show them</a>
            </p>
          )}
        </div>
      </div>
      {windows.length > 0 && <WindowTable budget={budget} />}
    </Card>
  );
}

function WindowTable({ budget: { windows, rate, traffic } }: { budget: TokenBudget }) {
  return (
    <details class="fold">
      <summary>{count(windows.length, 'window')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Start</th>
            <th scope="col">End</th>
            <th scope="col">Allowed</th>
            <th scope="col">Refused</th>
          </tr>
        </thead>
        <tbody>
          {windows.toReversed().map(({ start, used, refused }) => (
            <tr>
              <td>
                <Time at={start} />
              </td>
              <td>
                <Time at={start + rate.window} />
                {start + rate.window > traffic.now && ' (open)'}
              </td>
              <td class="number">{number(used)}</td>
              <td class="number">{number(refused)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
