import type { User } from '../schemas.ts';
import type { Details } from '../failure.ts';
import { Confirm, Empty, Field, Table, Time } from './parts.tsx';
import { Pages } from './projects.tsx';

export function Users({
  users,
  page,
  pages,
  form = { name: '', email: '' },
  errors,
}: {
  users: readonly User[];
  page: number;
  pages: number;
  form?: { readonly name: string; readonly email: string } | undefined;
  errors?: Details | undefined;
}) {
  return (
    <>
      {users.length === 0 ? (
        <Empty>No user yet.</Empty>
      ) : (
        <Table caption="Users, newest first" columns={['Name', 'Email', 'Id', 'Created', 'Delete']}>
          {users.map((user) => (
            <tr>
              <td data-label="Name" class="wide">
                {user.name}
              </td>
              <td data-label="Email" class="wide">
                {user.email}
              </td>
              <td data-label="Id">
                <code>{user.id}</code>
              </td>
              <td data-label="Created">
                <Time at={user.created_at} />
              </td>
              <td data-label="Delete">
                <Confirm
                  to={`/dashboard/users/${encodeURIComponent(user.id)}/delete`}
                  button="Delete"
                  question={`“${user.name}” will be gone.`}
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <Pages page={page} pages={pages} href={(number) => `/dashboard/users?page=${number}`} />
      <section>
        <h2>New user</h2>
        <form method="post" action="/dashboard/users">
          <Field label="Name" name="name" value={form.name} errors={errors} required maxlength={200} />
          <Field label="Email" name="email" type="email" value={form.email} errors={errors} required maxlength={254} />
          <button class="main">Create user</button>
        </form>
      </section>
    </>
  );
}
