import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import type { Receiver } from './receivers.tsx';

export type ReceiverAct = 'verify' | 'secret' | 'retry' | 'enable' | 'disable' | 'remove';

type Props = {
  readonly act: ReceiverAct;
  readonly receiver: Receiver;
  readonly onClose: () => void;
  /** `secret` is the new one of a webhook. */
  readonly onDone: (words: string, secret?: string | null) => void;
};

/** What somebody does to a receiver: what will happen, and one button that does it. */
export function ReceiverDialog({ act, receiver, onClose, onDone }: Props) {
  const t = useTexts('console-receivers');
  const work = useAction();
  const { button, what } = t.acts[act];
  const title = `${receiver.name}: ${button}`;
  async function submit(): Promise<void> {
    const answer = await work.run(() => send(act, receiver));
    if (answer) onDone(t.acts[answer.done].done, answer.secret);
  }
  return (
    <FormDialog
      title={title}
      submit={button}
      isDanger={act === 'disable' || act === 'remove'}
      action={work}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{what}</p>
    </FormDialog>
  );
}

type Sent = { readonly done: ReceiverAct; readonly secret: string | null };

async function send(act: ReceiverAct, { id }: Receiver): Promise<Sent> {
  const params = { id };
  const done = { done: act, secret: null };
  switch (act) {
    case 'verify':
      await client.call('POST /admin/receivers/{id}/verify', { params });
      return done;
    case 'secret':
      return {
        done: act,
        secret: (await client.call('POST /admin/receivers/{id}/secret', { params })).secret,
      };
    case 'retry':
      await client.call('POST /admin/receivers/{id}/parked/retry', { params });
      return done;
    case 'remove':
      await client.call('DELETE /admin/receivers/{id}', { params });
      return done;
    default: {
      const status = act === 'enable' ? 'enabled' : 'disabled';
      await client.call('PATCH /admin/receivers/{id}', { params, body: { status } });
      return done;
    }
  }
}
