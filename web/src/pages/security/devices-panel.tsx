import { Button } from '../../components/button.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { clientWords } from '../../lib/client-words.ts';
import { client } from '../../session.ts';
import { useFormat, useTexts } from '../../texts/language.tsx';
import { type Device, type Say, useDevices } from './account.ts';
import { ButtonWords, Facts, Loaded, Panel } from './panel.tsx';
import { usePanelAction } from './use-panel-action.ts';

/** The devices that need no second factor. */
export function DevicesPanel({ say }: { readonly say: Say }) {
  const t = useTexts('security');
  const devices = useDevices();
  const { heading, isBusy, error, act } = usePanelAction(say);

  return (
    <Panel title={t.devicesTitle} intro={t.devicesWhat} headingRef={heading}>
      <Loaded query={devices}>
        {({ devices: all }) => (
          <>
            {all.length === 0 && <p>{t.devicesNone}</p>}
            {all.length > 0 && (
              <ul className="plain-list items">
                {all.map((device) => (
                  <DeviceItem
                    key={device.id}
                    device={device}
                    isBusy={isBusy}
                    onRemove={() => act(() => client.devices.forget(device.id), t.deviceRemoved)}
                  />
                ))}
              </ul>
            )}
            <ProblemAlert error={isBusy ? null : error} />
            {all.length > 1 && (
              <div>
                <Button
                  isBusy={isBusy}
                  onClick={() => act(() => client.devices.forgetAll(), t.devicesRemoved)}
                >
                  {t.removeAll}
                </Button>
              </div>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

type ItemProps = { readonly device: Device; readonly isBusy: boolean; readonly onRemove: () => void };

function DeviceItem({ device, isBusy, onRemove }: ItemProps) {
  const t = useTexts('security');
  const format = useFormat();
  const program = clientWords(device.user_agent, t);
  const name = device.label ?? program;
  return (
    <li className="item item-line">
      <div className="stack tight">
        <h3 className="item-name">{name}</h3>
        <Facts
          facts={[
            name !== program && program,
            device.last_used_at ? t.lastUsed(format.dateTime(device.last_used_at)) : t.neverUsed,
            device.ip && t.address(device.ip),
          ]}
        />
        <Facts
          facts={[
            t.trustedSince(format.date(device.created_at)),
            t.trustedUntil(format.date(device.expires_at)),
          ]}
        />
      </div>
      <div className="item-actions">
        <Button variant="quiet" isBusy={isBusy} onClick={onRemove}>
          <ButtonWords words={t.remove} of={name} />
        </Button>
      </div>
    </li>
  );
}
