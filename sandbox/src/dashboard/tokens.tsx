import type { Details } from '../failure.ts';
import type { RateStanding } from '../rate-windows.ts';
import type { TokenInfo } from '../state.ts';
import { timestamp } from '../timestamp.ts';
import { Confirm, Empty, Field, Table, Time } from './parts.tsx';

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
          <p>Copy it now: it is kept as a hash, and never shown again.</p>
          <p>
            <code id="new-token" class="secret">
              {created.token}
            </code>
          </p>
        </section>
      )}
      {tokens.length === 0 ? (
        <Empty>No token: nobody can use the API.</Empty>
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
  standings,
  window,
}: {
  standings: readonly { readonly token: TokenInfo; readonly standing: RateStanding }[];
  window: number;
}) {
  return (
    <div data-refresh>
      <p>{`What each token may still do in its window of ${window / 1000} s. A window starts with the first request in it.`}</p>
      {standings.length === 0 && <Empty>No token, no budget.</Empty>}
      <ul class="cards">
        {standings.map(({ token, standing }) => {
          const open = standing.remaining < standing.limit;
          return (
            <li>
              <h2>
                {token.name} <code>…{token.hint}</code>
              </h2>
              <meter
                min={0}
                max={standing.limit}
                low={standing.limit / 4}
                optimum={standing.limit}
                value={standing.remaining}
                aria-label={`Requests left to ${token.name}`}
              ></meter>
              <p>
                <strong>{standing.remaining}</strong>
                {` of ${standing.limit} left. `}
                {open ? (
                  <>
                    The window ends at <Time at={timestamp(standing.reset)} />.
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
