import { describe, expect, test } from 'vitest';
import { parseCsv, toCsv } from '../../web/src/lib/csv.ts';
import { readInvitees } from '../../web/src/pages/console/screens/invitees.ts';

describe('CSV', () => {
  test('is read with quotes, doubled quotes, line breaks, empty lines and a byte order mark', () => {
    const text = '\uFEFFa,b\r\n"x, y","He said ""no"""\r\n\r\n"two\nlines", end \n,';
    expect(parseCsv(text)).toEqual([
      ['a', 'b'],
      ['x, y', 'He said "no"'],
      ['two\nlines', 'end'],
    ]);
  });

  test.each([';', '\t'])('is read with %j between the fields', (separator) => {
    expect(parseCsv(`a${separator}b\n1,5${separator}2`)).toEqual([
      ['a', 'b'],
      ['1,5', '2'],
    ]);
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('holds no formula: %j', (formula) => {
    expect(toCsv([[formula]])).toBe(`"'${formula}"\r\n`);
  });

  test('is written so that it can be read again', () => {
    const rows = [['a, b', 'say "no"', 'two\nlines', 'plain']];
    expect(parseCsv(toCsv(rows))).toEqual(rows);
    expect(toCsv([[-1, null]])).toBe('-1,\r\n');
  });
});

describe('a list of people to invite', () => {
  test('has its columns in any order', () => {
    const text = 'Roles,EMAIL,username\n"user vendor",ann@example.gov,ann';
    expect(readInvitees(text)).toEqual({
      users: [{ username: 'ann', email: 'ann@example.gov', roles: ['user', 'vendor'] }],
    });
  });

  test.each([
    ['', { kind: 'empty' }],
    ['username,email,roles', { kind: 'empty' }],
    ['username,phone\nann,+1', { kind: 'columns', missing: ['email', 'roles'] }],
    ['username,email,roles\nann,a@b.c,boss', { kind: 'role', line: 2, role: 'boss' }],
    [`username,email,roles\n${'ann,a@b.c,user\n'.repeat(201)}`, { kind: 'too_many' }],
  ])('is refused where it cannot be sent', (text, fault) => {
    expect(readInvitees(text)).toEqual(fault);
  });
});
