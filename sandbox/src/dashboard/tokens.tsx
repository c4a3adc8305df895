import type { Details } from '../http/failure.ts';
import type { RateLimitStatus } from '../state/rate-windows.ts';
import type { TokenInfo } from '../state/sandbox-state.ts';
import { timestamp } from '../utils/clock.ts';
import { Confirm, Empty, Field, Table, Time } from './components.tsx';

export function Tokens({
  tokens,
  created,
  errors,
}: {
  tokens: readonly TokenInfo[];
  created?: { readonly name: string; readonly token: string } | undefined;
  errors?: Details | undefined;
}) {
  return (
    <>
      {created !== undefined && (
        <section class="notice" role="status">
          <h2>{`Token “${created.name}”`}</h2>
          <p>Copy it now. It is stored as a hash and can't be shown again.</p>
          <p>
            <code id="new-token" class="secret">
              {created.token}
            </code>
          </p>
        </section>
      )}
      {tokens.length === 0 ? (
        <Empty>No tokens: every request gets a 401.</Empty>
      ) : (
        <Table caption="API tokens" columns={['Name', 'Ends in', 'Created', 'Revoke']}>
          {tokens.map(({ id, name, hint, created_at }) => (
            <tr>
              <td data-label="Name" class="wide">
                {name}
              </td>
              <td data-label="Ends in">
                <code>…{hint}</code>
              </td>
              <td data-label="Created">
                <Time at={created_at} />
              </td>
              <td data-label="Revoke">
                <Confirm
                  to={`/dashboard/api-tokens/${id}/revoke`}
                  button="Revoke"
                  question={`Requests with “${name}” will get a 401.`}
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <section>
        <h2>New token</h2>
        <form method="post" action="/dashboard/api-tokens">
          <Field label="Name" name="name" errors={errors} hint="What it is for, such as CI." required maxlength={200} />
          <button class="main">Create token</button>
        </form>
      </section>
    </>
  );
}

export function RateLimits({
  statuses,
  window,
}: {
  statuses: readonly { readonly token: TokenInfo; readonly status: RateLimitStatus }[];
  window: number;
}) {
  return (
    <div data-refresh>
      <p>{`Requests left for each token in its window of ${window / 1000} s. A window starts with its first request.`}</p>
      {statuses.length === 0 && <Empty>No tokens.</Empty>}
      <ul class="cards">
        {statuses.map(({ token, status }) => {
          const open = status.remaining < status.limit;
          return (
            <li>
              <h2>
                {token.name} <code>…{token.hint}</code>
              </h2>
              <meter
                min={0}
                max={status.limit}
                low={status.limit / 4}
                optimum={status.limit}
                value={status.remaining}
                aria-label={`Requests left for ${token.name}`}
              ></meter>
              <p>
                <strong>{status.remaining}</strong>
                {` of ${status.limit} left. `}
                {open ? (
                  <>
                    The window ends at <Time at={timestamp(status.reset)} />.
                  </>
                ) : (
                  'No window is open.'
                )}
              </p>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
