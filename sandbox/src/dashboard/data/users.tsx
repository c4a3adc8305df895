import type { User } from '../../contract/schemas.ts';
import type { Details } from '../../http/failure.ts';
import { Card, Confirm, Copyable, Empty, PageHead, Pages, Table, Time } from '../parts/components.tsx';
import { Field } from '../parts/fields.tsx';

export function Users({
  users,
  page,
  pages,
  search,
  form = { name: '', email: '' },
  errors,
}: {
  users: readonly User[];
  page: number;
  pages: number;
  /** Part of the id, name or email. */
  search: string;
  form?: { readonly name: string; readonly email: string } | undefined;
  errors?: Details | undefined;
}) {
  return (
    <>
      <PageHead title="Users">
        <form
          method="get"
          action="/dashboard/users"
          class="single"
          role="search"
          aria-label="Filter the list"
          data-visit="true"
        >
          <input
            type="search"
            name="q"
            value={search}
            placeholder="Id, name or email"
            aria-label="Find users"
            autocomplete="off"
          />
          <button class="plain unscripted">Find</button>
        </form>
      </PageHead>
      {users.length === 0 ? (
        search === '' ? (
          <Empty title="No users yet.">
            <p>Create one below, or with the API: each sends the webhook event user.created.</p>
          </Empty>
        ) : (
          <Empty title={`No user matches “${search}”.`}>
            <p>
              <a href="/dashboard/users">Show all users</a>
            </p>
          </Empty>
        )
      ) : (
        <Card flush>
          <Table caption="Users, newest first" columns={['Name', 'Email', 'Id', 'Created', '']}>
            {users.map((user) => (
              <tr>
                <td class="wide">{user.name}</td>
                <td>{user.email}</td>
                <td>
                  <Copyable text={user.id} label="the user id" />
                </td>
                <td>
                  <Time at={user.created_at} show="ago" />
                </td>
                <td class="end">
                  <Confirm
                    to="/dashboard/users"
                    action="delete"
                    button="Delete"
                    question={`This deletes “${user.name}”.`}
                  >
                    <input type="hidden" name="id" value={user.id} />
                  </Confirm>
                </td>
              </tr>
            ))}
          </Table>
        </Card>
      )}
      <Pages
        page={page}
        pages={pages}
        href={(number) => `/dashboard/users?page=${number}&q=${encodeURIComponent(search)}`}
      />
      <Card title="New user">
        <form method="post" action="/dashboard/users" class="stacked">
          <Field label="Name" name="name" value={form.name} errors={errors} required maxlength={200} />
          <Field label="Email" name="email" type="email" value={form.email} errors={errors} required maxlength={254} />
          <button class="main" name="action" value="create">
            Create user
          </button>
        </form>
      </Card>
    </>
  );
}
