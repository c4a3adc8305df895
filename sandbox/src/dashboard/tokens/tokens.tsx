import { type Context, Hono } from 'hono';
import type { RateLimit } from '../../state/rate-windows.ts';
import type { Services } from '../../state/services.ts';
import type { Dashboard } from '../dashboard.tsx';
import { field, type InvalidForm } from '../parts/form.ts';
import { Card, Copyable, Dialog, Empty, Menu, PageHead, Rows, Time, type Tone } from '../parts/components.tsx';
import { Field } from '../parts/fields.tsx';
import { count, durationText, number } from '../parts/numbers.ts';

const to = '/dashboard/api-tokens';
const revoke = { to, action: 'revoke', button: 'Revoke', tone: 'danger' } as const;

/** The tokens, each with its budget. */
export function tokenBudgets({ tokens, windows, clock, apiToken }: Services) {
  const now = clock.now();
  const known = tokens.find(apiToken)?.id;
  return tokens.list().map((token) => {
    const { remaining, refused, reset } = windows.status(token.id, now);
    return {
      token,
      /** The token itself, if it is the one of the sandbox's options. */
      value: token.id === known ? apiToken : undefined,
      rate: windows.rate,
      remaining,
      /** Requests that the open window refused. */
      refused,
      /** When the window ends, in epoch milliseconds; `undefined` if none is open. */
      reset: remaining < windows.rate.limit ? Math.ceil(reset / 1000) * 1000 : undefined,
    };
  });
}

type TokenBudget = ReturnType<typeof tokenBudgets>[number];

interface TokensProps {
  budgets: readonly TokenBudget[];
  rate: RateLimit;
  invalid: InvalidForm | undefined;
}

function Tokens({ budgets, rate, invalid }: TokensProps) {
  return (
    <>
      <PageHead
        title="API tokens"
        lead={`Each token allows ${count(rate.limit, 'request')} in a window of ${durationText(rate.window)}, which starts with its first request.`}
      >
        <Dialog id="create" title="Create token" to={to} action="create" open={invalid !== undefined}>
          <Field label="Name" name="name" invalid={invalid} placeholder="e.g. CI" />
        </Dialog>
      </PageHead>
      <Card>
        <Rows of="tokens" label="API tokens" heads={['Token', 'Budget left', '', '']}>
          {budgets.toReversed().map((budget) => (
            <TokenRow budget={budget} />
          ))}
        </Rows>
        {budgets.length === 0 && <Empty title="There are no tokens, so every request gets a 401." />}
      </Card>
    </>
  );
}

function TokenRow({ budget }: { budget: TokenBudget }) {
  const { token, value } = budget;
  const { id, name, hint } = token;
  return (
    <li class="row token" id={id}>
      <div>
        <p class="subject">{name}</p>
        {value === undefined ? <code class="hint">…{hint}</code> : <Copyable text={value} label="the token" />}
      </div>
      <BudgetMeter budget={budget} />
      <a class="button" href={`/dashboard/requests?token=${id}`}>
        View requests
      </a>
      <Menu of={name} id={`more-${id}`}>
        <Dialog {...revoke} id={`revoke-${id}`} title={`Revoke “${name}”?`}>
          <input type="hidden" name="id" value={id} />
          <p>Requests that use it get a 401.</p>
        </Dialog>
      </Menu>
    </li>
  );
}

/** How much of a token's budget is left, and until when. */
export function BudgetMeter({ budget, name }: { budget: TokenBudget; name?: string }) {
  const { token, rate, remaining } = budget;
  const tone: Tone = remaining === 0 ? 'bad' : remaining <= rate.limit / 4 ? 'fair' : 'good';
  return (
    <div class="budget-meter">
      <p>
        {name !== undefined && <span>{name}</span>}
        <span>
          <strong class={tone}>{number(remaining)}</strong> {`of ${number(rate.limit)} left`}
        </span>
      </p>
      <meter
        min={0}
        max={rate.limit}
        value={remaining}
        class={tone}
        aria-label={`Requests left for ${token.name}`}
      ></meter>
      <p class="hint" role={remaining === 0 ? 'alert' : undefined}>
        <BudgetNote budget={budget} brief={name !== undefined} />
      </p>
    </div>
  );
}

/** @param brief Without what is refused. */
export function BudgetNote({ budget, brief = false }: { budget: TokenBudget; brief?: boolean }) {
  const { remaining, refused, reset } = budget;
  if (reset === undefined) return <>No window is open. The next request starts one.</>;
  return (
    <>
      {!brief && refused > 0 && <strong class="error">{`${number(refused)} refused. `}</strong>}
      {!brief && remaining === 0 ? 'Requests get a 429 until ' : 'Full again at '}
      <Time at={reset} /> (<Time at={reset} show="ago" />)
    </>
  );
}

export function tokenRoutes(dashboard: Dashboard): Hono {
  const { services } = dashboard;
  const { tokens, windows } = services;
  const routes = new Hono();

  const show = (context: Context, invalid?: InvalidForm) => {
    const page = <Tokens budgets={tokenBudgets(services)} rate={windows.rate} invalid={invalid} />;
    return dashboard.page(context, 'API tokens', page, invalid);
  };
  dashboard.serve(routes, '/api-tokens', show, {
    create: async (form) => {
      const { id, name, token } = await tokens.create(field(form, 'name'));
      return {
        text: `“${name}” created. Copy the token now: it can't be shown again.`,
        secret: { name: 'token', value: token },
        row: id,
      };
    },
    revoke: (form) => {
      tokens.revoke(field(form, 'id'));
      return { text: 'Token revoked' };
    },
  });

  return routes;
}
