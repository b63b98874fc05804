import { expect, test } from 'vitest';
import { eventTypes } from '../../src/domain/audit/events.ts';
import { severityOf } from '../../src/domain/audit/severity.ts';
import { type AreaName, areaNames, presets } from '../../src/domain/policy/policy.ts';
import { readDocument, rowsBelow } from '../support/document.ts';

const document = readDocument('docs/county.md');
const minutes = (seconds: number) => `${seconds / 60} min`;

test.each(areaNames)('the area %s is as the code has it', (area) => {
  const row = rowsBelow(document, 'The areas').find(([, name]) => name === `\`${area}\``);
  expect(row?.slice(2)).toEqual(cellsOf(area));
});

test('it names events that there are, each in the picture as in the table', () => {
  const steps = rowsBelow(document, 'A login with Duo').map(([, , cell]) => eventsIn(cell));
  const failures = rowsBelow(document, 'When it does not go well');
  for (const [, , cell, severity] of failures) {
    const events = eventsIn(cell);
    expect(events).not.toEqual([]);
    expect(events.map(severityOf)).toContain(severity);
  }
  const named = [...steps, ...failures.map(([, , cell]) => eventsIn(cell))].flat();
  expect(named.filter((one) => !eventTypes.some((type) => type === one))).toEqual([]);
  const picture = readDocument('docs/county-flow.svg');
  const drawn = [...picture.matchAll(/class="ev" [^>]*>(\w+)</g)].map(([, event]) => event);
  expect(drawn.filter((event) => event !== 'nothing')).toEqual(steps.flat());
});

function cellsOf(area: AreaName): readonly string[] {
  const { roles, mfa, accessSeconds, idleSeconds, absoluteSeconds, audit } = presets.standard[area];
  const named = roles === 'all' ? 'all' : roles.map((role) => `\`${role}\``).join(', ');
  return [
    named || 'service accounts',
    mfa.replace('_', ' '),
    minutes(accessSeconds),
    idleSeconds === null ? '–' : minutes(idleSeconds),
    absoluteSeconds >= 3600 ? `${absoluteSeconds / 3600} h` : minutes(absoluteSeconds),
    audit,
  ];
}

function eventsIn(cell = ''): readonly string[] {
  return [...cell.matchAll(/`(\w+)`/g)].map(([, event = '']) => event);
}
