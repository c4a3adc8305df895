import type { Details } from '../../http/failure.ts';
import { Card, Confirm, Empty, PageHead, Table, Time } from '../parts/components.tsx';
import { CreateForm, Field } from '../parts/fields.tsx';
import { number } from '../parts/numbers.ts';
import type { TokenBudget } from './rate-limits.tsx';

export function Tokens({
  budgets,
  errors,
  name = '',
}: {
  budgets: readonly TokenBudget[];
  errors?: Details | undefined;
  name?: string | undefined;
}) {
  return (
    <>
      <PageHead title="API tokens" lead="Requests send one of them as a bearer token. Each has a budget of its own." />
      <CreateForm to="/dashboard/api-tokens" action="create" button="Create token">
        <Field
          label="Name"
          name="name"
          value={name}
          errors={errors}
          placeholder="What it is for, such as CI"
          required
          maxlength={200}
        />
      </CreateForm>
      {budgets.length === 0 ? (
        <Empty title="There are no tokens, so every request gets a 401.">
          <p>Create one above.</p>
        </Empty>
      ) : (
        <Card flush>
          <Table caption="API tokens" columns={['Name', 'Ends in', 'Requests left', 'Created', '']}>
            {budgets.map(({ token, rate, remaining }) => (
              <tr>
                <td class="wide">{token.name}</td>
                <td>
                  <code>…{token.hint}</code>
                </td>
                <td>
                  <a href={`/dashboard/rate-limits#${token.id}`}>{`${number(remaining)} of ${number(rate.limit)}`}</a>
                </td>
                <td>
                  <Time at={token.created_at} show="ago" />
                </td>
                <td class="end">
                  <Confirm
                    to="/dashboard/api-tokens"
                    action="revoke"
                    button="Revoke"
                    question={`Requests with “${token.name}” will get a 401.`}
                  >
                    <input type="hidden" name="id" value={token.id} />
                  </Confirm>
                </td>
              </tr>
            ))}
          </Table>
        </Card>
      )}
    </>
  );
}
