import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Checkbox, TextField } from '../../../components/field.tsx';
import { Heading } from '../../../components/heading.tsx';
import { Alert } from '../../../components/notice.tsx';
import { useTexts } from '../../../texts/language.tsx';
import { Done } from '../parts/done.tsx';
import { TextArea } from '../parts/fields.tsx';
import { LanguageField } from '../parts/language-field.tsx';
import { useRoleNames } from '../parts/use-role-names.ts';
import { InvitePreview } from './invite-preview.tsx';
import { type FileFault, type Invitee, mostRows, type Role, readInvitees, roleNames } from './invitees.ts';

/** Invites one person by a form, or many by a CSV. Both are looked at first, and sent only without a fault. */
export default function InviteScreen() {
  const t = useTexts('console-invite');
  const [round, setRound] = useState(0);
  const [users, setUsers] = useState<readonly Invitee[] | null>(null);
  const [done, setDone] = useState('');
  function show(next: readonly Invitee[] | null): void {
    setDone('');
    setUsers(next);
  }
  return (
    <div className="stack wide">
      <Heading>{t.title}</Heading>
      <p>{t.what}</p>
      <Done words={done} />
      <OneForm key={`one ${round}`} onLook={show} />
      <ManyForm key={`many ${round}`} onLook={show} />
      {users && (
        <InvitePreview
          key={JSON.stringify(users)}
          users={users}
          onDone={(words) => {
            show(null);
            setDone(words);
            setRound(round + 1); // the forms are empty again
          }}
        />
      )}
    </div>
  );
}

type FormProps = { readonly onLook: (users: readonly Invitee[] | null) => void };

function OneForm({ onLook }: FormProps) {
  const t = useTexts('console-invite');
  const roleName = useRoleNames();
  const [fields, setFields] = useState({ username: '', email: '', phone: '', language: '' });
  const [roles, setRoles] = useState<readonly Role[]>(['user']);
  const [isTried, setTried] = useState(false);
  const input = (name: 'username' | 'email' | 'phone', isRequired: boolean) => ({
    label: t[name],
    value: fields[name],
    autoComplete: 'off',
    required: isRequired,
    error: isTried && isRequired && fields[name].trim() === '' ? t.missing : null,
    onChange: (event: { target: { value: string } }) => setFields({ ...fields, [name]: event.target.value }),
  });
  function look(): void {
    setTried(true);
    const username = fields.username.trim();
    const email = fields.email.trim();
    const phone = fields.phone.trim();
    const { language } = fields;
    const isWhole = username !== '' && email !== '' && roles.length > 0;
    onLook(
      isWhole
        ? [{ username, email, ...(phone && { phone }), ...(language && { language }), roles: [...roles] }]
        : null,
    );
  }
  return (
    <section className="panel">
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          look();
        }}
      >
        <h2>{t.one}</h2>
        <div className="columns">
          <TextField {...input('username', true)} spellCheck={false} autoCapitalize="none" maxLength={128} />
          <TextField {...input('email', true)} type="email" maxLength={254} />
          <TextField {...input('phone', false)} type="tel" maxLength={32} description={t.phoneHelp} />
          <LanguageField
            value={fields.language}
            onChoose={(language) => setFields({ ...fields, language })}
          />
        </div>
        <fieldset className="choice-set">
          <legend>{t.roles}</legend>
          {roleNames.map((role) => (
            <Checkbox
              key={role}
              label={roleName(role)}
              checked={roles.includes(role)}
              onChange={({ target }) =>
                setRoles(target.checked ? [...roles, role] : roles.filter((one) => one !== role))
              }
            />
          ))}
          {isTried && roles.length === 0 && <p className="field-error">{t.rolesMissing}</p>}
        </fieldset>
        <div>
          <Button type="submit" variant="primary">
            {t.look}
          </Button>
        </div>
      </form>
    </section>
  );
}

function ManyForm({ onLook }: FormProps) {
  const t = useTexts('console-invite');
  const [text, setText] = useState('');
  const [fault, setFault] = useState<FileFault | null>(null);
  function look(): void {
    const read = readInvitees(text);
    setFault('users' in read ? null : read);
    onLook('users' in read ? read.users : null);
  }
  const words = {
    empty: () => t.fileEmpty,
    too_many: () => t.fileTooLong(mostRows),
    columns: (one: FileFault) => t.columnsMissing('missing' in one ? one.missing.join(', ') : ''),
    role: (one: FileFault) => ('line' in one ? t.roleUnknown(one.line, one.role) : ''),
  };
  return (
    <section className="panel">
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          look();
        }}
      >
        <h2>{t.many}</h2>
        <TextField
          type="file"
          accept=".csv,text/csv,text/plain"
          label={t.file}
          onChange={async (event) => setText((await event.target.files?.[0]?.text()) ?? '')}
        />
        <TextArea
          label={t.paste}
          description={t.pasteHelp}
          value={text}
          rows={6}
          spellCheck={false}
          placeholder="username,email,phone,roles,language"
          onChange={(event) => setText(event.target.value)}
        />
        <Alert>{fault && words[fault.kind](fault)}</Alert>
        <div>
          <Button type="submit" variant="primary">
            {t.lookMany}
          </Button>
        </div>
      </form>
    </section>
  );
}
