import type { Details } from '../../http/failure.ts';
import type { Services } from '../../state/services.ts';
import type { Notice } from '../notices.ts';
import { attempted, field, jsonField } from '../parts/form.ts';
import { count } from '../parts/numbers.ts';
import type { TestForm } from './webhook.tsx';
import type { EndpointForm } from './webhooks.tsx';

/** What the forms of a webhook's page show. */
export interface FormState {
  readonly settings?: EndpointForm;
  readonly test?: TestForm;
  readonly errors?: Details | undefined;
}

/** What an action has done. */
interface Done {
  readonly notice: Notice;
  /** The page that says so, unless it is that of the webhook. */
  readonly path?: string | undefined;
}

/** Does what a button says, with the webhook of this id. Returns the form again if something is wrong with it. */
type Action = (id: string, form: URLSearchParams) => Done | Promise<Done | FormState>;

/** The actions of a webhook's page, by the values of their buttons. */
export function webhookActions({ webhooks }: Services): ReadonlyMap<string, Action> {
  const done = (text: string, path?: string): Done => ({ notice: { text }, path });
  const actions: Record<string, Action> = {
    save: async (id, form) => {
      const settings = endpointForm(form);
      const { errors } = await attempted(() => webhooks.update(id, settings));
      return errors === undefined ? done('The settings are saved.') : { settings, errors };
    },
    test: async (id, form) => {
      const test = { event: field(form, 'event'), data: field(form, 'data') };
      const sent = await attempted(() => webhooks.sendTest(id, test.event, jsonField(form, 'data')));
      if (sent.errors !== undefined) return { test, errors: sent.errors };
      return done('The test event is sent.', `/dashboard/deliveries/${sent.value.id}`);
    },
    resend: (id) => {
      const { length } = webhooks.resendFailed(id);
      return done(count(length, 'delivery is sent again.', 'deliveries are sent again.'));
    },
    rotate: (id) => {
      const { secret } = webhooks.rotateSecret(id);
      const text = 'This is the new signing secret. For one day, deliveries are signed with the old one, too.';
      return { notice: { text, secret: { label: 'the signing secret', value: secret } } };
    },
    enable: (id) => {
      webhooks.update(id, { enabled: true });
      return done('The webhook is enabled. Its pending deliveries are sent now.');
    },
    disable: (id) => {
      webhooks.update(id, { enabled: false });
      return done('The webhook is disabled. Its deliveries wait.');
    },
    delete: (id) => {
      webhooks.remove(id);
      return done('The webhook is deleted.', '/dashboard/webhooks');
    },
  };
  return new Map(Object.entries(actions));
}

export function endpointForm(form: URLSearchParams): EndpointForm {
  return { url: field(form, 'url'), events: field(form, 'events').split(', ').filter(Boolean) };
}
