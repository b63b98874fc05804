import type { Translation } from '../catalogues.ts';
import type english from '../en/console.ts';

const spanish: Translation<typeof english> = {
  navigation: 'Consola',
  screens: {
    people: 'Personas',
    approvals: 'Aprobaciones',
    rollout: 'Implantación',
    invite: 'Invitar',
    audit: 'Auditoría',
    adoption: 'Adopción',
    trouble: 'Bloqueos y fallos',
    exemptions: 'Exenciones',
    carriers: 'Operadores',
    evidence: 'Evidencias',
    keys: 'Claves',
    programs: 'Programas',
    receivers: 'Receptores',
    policy: 'Política',
  },
  roles: {
    admin: 'Administrador',
    helpdesk: 'Asistencia',
    auditor: 'Auditor',
    user: 'Usuario',
    vendor: 'Proveedor',
  },
  loggedInAs: (name) => `Sesión de ${name}`,
  logOut: 'Cerrar sesión',
  refusedTitle: 'Su cuenta no abre esta pantalla',
  refused: 'Su función no permite ver esto. Si lo necesita para su trabajo, pregunte a un administrador.',
  more: 'Mostrar más',
  all: 'Todos',
  optionalReason: 'Motivo (opcional)',
  typeCount: (count) => `Escriba ${count} para confirmar`,
  countWrong: 'No es ese número.',
  fieldMissing: 'Rellene este campo.',
};
export default spanish;
