import type { CheckedControl, Control, Regulation } from './control.ts';

/** The text of the column `tests`. */
type TestsOf = (control: Pick<Control, 'tests'>) => string;

/** The table of a preset for the page: each control, what meets it, what is left to the operator, and the tests. */
export function drawRegulation(
  { preset, name, edition, controls }: Regulation,
  testsOf: TestsOf,
): readonly string[] {
  return [
    `## Preset ${preset}`,
    '',
    `${name}, ${edition}.`,
    '',
    '| control | what it asks for | setting with the preset | the operator must | tests |',
    '|---|---|---|---|---|',
    ...controls.map((one) => {
      const setting = one.exception ? `${one.setting} *Exception:* ${one.exception}` : one.setting;
      return `| ${one.id} | ${one.says} | ${setting} | ${one.operator ?? ''} | ${testsOf(one)} |`;
    }),
  ];
}

/** The same for the evidence: what this installation has set, and whether it meets the control. */
export function drawChecked(controls: readonly CheckedControl[], testsOf: TestsOf): readonly string[] {
  return [
    '| control | state | what is set here | the operator must | tests |',
    '|---|---|---|---|---|',
    ...controls.map((one) => {
      const set = one.findings.map(
        ({ where, found, isMet }) => `${isMet ? '' : 'NOT MET: '}${inCell(where)}: ${inCell(found)}`,
      );
      const cell = set.length > 0 ? set.join('<br>') : one.setting;
      return `| ${one.id} | ${one.state} | ${cell} | ${one.operator ?? ''} | ${testsOf(one)} |`;
    }),
  ];
}

/** Words of users must not end the cell, and must be no markup. */
function inCell(text: string): string {
  return text.replaceAll(/[|<>\r\n]/g, ' ');
}
