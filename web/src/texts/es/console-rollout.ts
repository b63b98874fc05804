import type { Translation } from '../catalogues.ts';
import type english from '../en/console-rollout.ts';
import { plural } from '../plural.ts';

const spanish: Translation<typeof english> = {
  title: 'Implantación',
  phases: {
    soft: 'Voluntario',
    gradual: 'Obligatorio para algunas funciones',
    full: 'Obligatorio para todos',
  },
  phaseIs: {
    soft: 'Nadie está obligado a configurar un segundo factor para acceder. Las áreas que lo exigen lo piden igualmente.',
    gradual:
      'Las personas con las funciones indicadas deben configurar un segundo factor, y también quienes usan rutas sensibles.',
    full: 'Todos deben configurar un segundo factor.',
  },
  graceDays: (days) => plural(days, 'Hay un día de plazo.', `Hay ${days} días de plazo.`),
  changed: (time, by) => `Último cambio: ${time}, por ${by}.`,
  terminal: 'el terminal',
  inGrace: 'Obligados, todavía en plazo',
  ended: 'Obligados, con el plazo vencido',
  where: 'Situación de cada función',
  role: 'Función',
  people: 'Personas',
  enrolled: 'Con segundo factor',
  share: 'Proporción',
  mustSince: 'Obligatorio desde',
  voluntary: 'Voluntario',
  noRoles: 'Todavía no hay cuentas.',
  plan: 'Simular un cambio',
  planHelp: 'Una simulación no cambia nada.',
  phase: 'Fase',
  rolesThatMust: 'Funciones obligadas',
  rolesMissing: 'Elija al menos una función.',
  daysOfGrace: 'Días de plazo',
  daysHelp: 'De 0 a 90. Un plazo que ya empezó conserva su final.',
  daysShape: 'Escriba un número de 0 a 90.',
  preview: 'Simular',
  undo: 'Simular el estado anterior',
  noFormer: 'Nadie ha cambiado todavía la implantación.',
  result: 'Qué ocurriría',
  withoutFactor: 'Sin segundo factor',
  outNow: 'Excluidas de inmediato',
  outNewly: 'De ellas, nuevas',
  outLater: 'Excluidas más tarde',
  sensitiveNow: 'Rechazadas ahora por rutas sensibles',
  sensitiveLater: 'Rechazadas más tarde por rutas sensibles',
  shutOut:
    'Quien queda excluido solo puede acceder para configurar un segundo factor. Nadie pierde su cuenta ni sus datos.',
  whoTitle: 'Quién y cuándo',
  name: 'Nombre',
  when: 'Exclusión',
  atOnce: 'De inmediato',
  nobody: 'Esto no excluye a nadie.',
  go: 'Hacer este cambio',
  reasonHelp:
    'Necesario si una regla pide una segunda persona para terminar un despliegue. La solicitud espera entonces en Aprobaciones.',
  goTitle: 'Cambiar la implantación',
  goWhat: (phase) => `La implantación cambia a: ${phase}.`,
  goNobody: 'Nadie queda excluido de inmediato.',
  goCount: (count) =>
    plural(
      count,
      'Una persona que hoy puede acceder queda excluida de inmediato.',
      `${count} personas que hoy pueden acceder quedan excluidas de inmediato.`,
    ),
  countMoved:
    'El número ha cambiado entretanto. Cierre esto, vuelva a mirar la simulación y confirme el número nuevo.',
  done: 'La implantación ha cambiado. Se aplica desde la próxima petición.',
  remind: 'Recordar',
  remindHelp:
    'Quien debe configurar un segundo factor y no lo tiene recibe un correo con el enlace. Nadie recibe más de uno al día.',
  remindGo: 'Enviar recordatorios',
  reminded: (count) =>
    count === 0
      ? 'No se avisó a nadie: nadie está obligado o todos recibieron hoy un correo.'
      : plural(count, 'Una persona recibe un correo.', `${count} personas reciben un correo.`),
};
export default spanish;
