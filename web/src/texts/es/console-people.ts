import type { Translation } from '../catalogues.ts';
import type english from '../en/console-people.ts';
import { plural } from '../plural.ts';

const spanish: Translation<typeof english> = {
  title: 'Personas',
  person: 'Persona',
  search: 'Buscar',
  searchHelp: 'Cualquier parte de un nombre, de un correo o de un teléfono.',
  searching: 'Buscando …',
  found: (count, more) =>
    count === 0
      ? 'No se encontró a nadie.'
      : more
        ? `Se muestran las primeras ${count} personas.`
        : plural(count, 'Se encontró a una persona.', `Se encontró a ${count} personas.`),
  hasFactor: 'Segundo factor',
  noFactor: 'Sin segundo factor',
  active: 'Activa',
  disabled: 'Desactivada',
  backToSearch: 'Volver a la búsqueda',
  account: 'Cuenta',
  email: 'Correo',
  phone: 'Teléfono',
  languageChange: 'Cambiar el idioma',
  languageTitle: (name) => `Otro idioma para ${name}`,
  languageWhat:
    'Lo siguen los correos y mensajes de texto a esta persona, y las páginas tras el próximo inicio de sesión.',
  languageSave: 'Guardar',
  languageChanged: 'El idioma ha cambiado.',
  roles: 'Funciones',
  created: 'Creada',
  lastLogin: 'Último acceso',
  password: 'Contraseña',
  passwordSince: (date) => `Establecida el ${date}`,
  passwordRemoved: (date) => `Ninguna desde el ${date}: el titular la quitó y accede con claves de acceso`,
  passwordUnset: 'Sin establecer: la persona aún no ha usado el enlace',
  liveSessions: 'Sesiones abiertas',
  sessions: (count) =>
    count >= 100 ? '100 o más' : plural(count, 'Una sesión', count === 0 ? 'Ninguna' : `${count} sesiones`),
  none: 'Ninguno',
  never: 'Nunca',
  mustEnrol: 'Se restableció el segundo factor. En el próximo acceso solo se puede configurar uno nuevo.',
  lockedUntil: (time) => `Los códigos no se comprueban hasta las ${time}.`,
  passwordsBlocked: (count) =>
    plural(
      count,
      'Las contraseñas de una red no se comprueban durante 15 minutos.',
      `Las contraseñas de ${count} redes no se comprueban durante 15 minutos.`,
    ),
  wrongLately: (codes, passwords, left) =>
    `Sin bloqueo. Códigos incorrectos seguidos: ${codes}. Contraseñas incorrectas en 15 minutos: ${passwords}. Intentos de código restantes: ${left}.`,
  factors: 'Segundos factores',
  noFactors: 'Esta persona no tiene segundo factor.',
  method: 'Método',
  label: 'Nombre',
  since: 'Desde',
  lastUsed: 'Último uso',
  state: 'Estado',
  factorWorks: 'Funciona',
  factorDisabled: 'Desactivado tras demasiados códigos incorrectos',
  factorEnds: (time) => `Funciona hasta ${time}`,
  timeline: 'Qué ocurrió',
  timelineEmpty: 'Todavía no hay nada registrado.',
  kinds: {
    send: 'Envío',
    letter: 'Correo',
    login: 'Acceso',
    failure: 'Fallo',
    lock: 'Bloqueo',
    change: 'Cambio',
    help: 'Ayuda',
  },
  sendReasons: {
    send: 'Se pidieron demasiados códigos: es pronto para el siguiente.',
    second_factor: 'El segundo factor está bloqueado, así que no se envía nada.',
    sms_paused: 'Los mensajes de texto a este número están en pausa por un tiempo.',
    sms_country_not_allowed: 'No se envían mensajes de texto al país de este número.',
    phone_invalid: 'El operador dice que este número no existe.',
    phone_not_sms_capable: 'El operador dice que este número no recibe mensajes de texto.',
    sms_blocked: 'El operador bloquea los mensajes de texto a este número.',
    sms_rate_limited: 'El operador recibió demasiados mensajes.',
    sms_unavailable: 'El operador no lo aceptó.',
    mail_unavailable: 'El servidor de correo no lo aceptó.',
  },
  by: (name) => `por ${name}`,
  from: (address) => `desde ${address}`,
  asked: 'Una segunda persona debe aprobarlo. La solicitud espera en Aprobaciones.',
  reported: (time) =>
    `El dueño bloqueó esta cuenta con el enlace de un mensaje a las ${time}: no fue él. Llámele a un número que usted conozca antes de desbloquearla.`,
  reportedTitle: 'Bloqueadas por sus dueños',
  reportedHelp: 'Estas personas pulsaron «no fui yo» en un correo. Mírelas primero.',
  help: 'Ayudar a esta persona',
  ownAccount: 'Es su propia cuenta. Pida ayuda a un compañero.',
  higherRole:
    'Es un administrador, un auditor u otra persona de asistencia. Solo un administrador puede ayudarla.',
  reason: 'Motivo',
  reasonHelp:
    'Por qué lo hace y cómo reconoció a la persona. La auditoría lo guarda. No escriba aquí secretos.',
  reasonMissing: 'Escriba un motivo.',
  ticket: 'Incidencia (opcional)',
  uses: 'Cuántas veces funciona',
  worksFor: 'Cuánto tiempo funciona',
  hours: (count) => plural(count, 'Una hora', `${count} horas`),
  actions: {
    unlock: {
      name: 'Desbloquear',
      title: (name) => `Desbloquear a ${name}`,
      what: 'Borra las contraseñas y los códigos incorrectos. Averigüe antes por qué lo eran: alguien puede conocer la contraseña.',
      go: 'Desbloquear',
      done: 'La cuenta está desbloqueada.',
    },
    bypass: {
      name: 'Código de asistencia',
      title: (name) => `Código de asistencia para ${name}`,
      what: 'El código sustituye al segundo factor. Asegúrese antes de que habla con esta persona. Un código anterior deja de funcionar.',
      go: 'Emitir el código',
      done: 'Se emitió un código de asistencia.',
    },
    reset: {
      name: 'Restablecer el segundo factor',
      title: (name) => `Restablecer el segundo factor de ${name}`,
      what: 'Elimina todos los segundos factores y cierra todas las sesiones. En el próximo acceso solo se puede configurar uno nuevo. Si alguien más puede conocer la contraseña, anúlela también.',
      go: 'Restablecer',
      done: 'Se restableció el segundo factor.',
    },
    password: {
      name: 'Anular la contraseña',
      title: (name) => `Anular la contraseña de ${name}`,
      what: 'La contraseña deja de funcionar y todas las sesiones se cierran. La persona recibe un correo con un enlace para establecer otra.',
      go: 'Anular la contraseña',
      done: 'Se anuló la contraseña. Un correo con un enlace está en camino.',
    },
    logout: {
      name: 'Cerrar todas las sesiones',
      title: (name) => `Cerrar todas las sesiones de ${name}`,
      what: 'Todas las sesiones se cierran de inmediato. La contraseña y el segundo factor se conservan.',
      go: 'Cerrar las sesiones',
      done: 'Se cerraron todas las sesiones.',
    },
    recovery: {
      name: 'Detener la recuperación',
      title: (name) => `Detener la recuperación de ${name}`,
      what: 'Termina toda recuperación en curso de esta cuenta. Los factores y la contraseña siguen. La persona recibe un correo.',
      go: 'Detener',
      done: 'La recuperación está detenida.',
    },
    invitation: {
      name: 'Reenviar la invitación',
      title: (name) => `Reenviar la invitación a ${name}`,
      what: 'La persona recibe un correo nuevo con un enlace que funciona 24 horas. El enlace anterior deja de funcionar.',
      go: 'Enviar',
      done: 'La invitación está en camino.',
    },
  },
  recoveries:
    'El dueño, o alguien que lee el buzón, recupera esta cuenta. Llame a un número que usted conozca.',
  recoveryBegun: (time, address) => `Empezada el ${time} desde ${address}; faltan pruebas.`,
  recoveryWaits: (time, address, ready) =>
    `Empezada el ${time} desde ${address}; demostrada, se puede terminar a partir del ${ready}.`,
  callerName: 'Comprobar quién llama',
  callerTitle: (name) => `Comprobar que llama ${name}`,
  callerWhat:
    'Recibe un número para quien llama. Esa persona lo escribe en una página y responde con un segundo factor. Usted no elige ninguna dirección ni ve ningún código.',
  callerGo: 'Empezar la comprobación',
  callerReasonHelp: 'Por qué lo comprueba. La auditoría lo guarda. No escriba aquí secretos.',
  callerRead: (address) => `Pida a quien llama que abra ${address} y escriba este número:`,
  callerNeverHear: 'No acepte que le digan un código, y no escriba usted ninguno.',
  callerPending: (time) => `Esperando a quien llama, hasta ${time}.`,
  callerNumberGone: 'Su número se mostró una sola vez. Para otro número, empiece otra comprobación.',
  callerPassed: (method, time) =>
    `Quien llama pasó la comprobación, con este método: ${method}. Acompaña a su próxima ayuda, hasta ${time}.`,
  callerFailed:
    'La comprobación falló: tres respuestas incorrectas, o el titular rechazó la notificación. Tenga cuidado. No ayude a quien llama.',
  callerExpired: 'El plazo de la comprobación terminó. Empiece otra.',
  callerUsed: 'La comprobación se usó para una ayuda.',
  callerSameNetwork:
    'La respuesta llegó desde la red de usted. Eso solo es normal si quien llama está en el mismo edificio.',
  evidenceNeeded: 'Esta ayuda necesita comprobar quién llama. Empiece antes una comprobación.',
  evidenceNeededOr: 'Esta ayuda necesita comprobar quién llama, o dos de estas pruebas:',
  evidenceAttached: 'La comprobación que pasó quien llama la acompaña.',
  evidences: {
    callback_to_known_number: 'Devolví la llamada a un número del directorio',
    manager_confirmed: 'Un superior lo confirmó',
    in_person_id: 'Vi un documento de identidad, en persona',
  },
  bypassTitle: 'Código de asistencia',
  bypassFor: (name) =>
    `Diga este código a ${name}. Funciona en lugar del segundo factor y solo se muestra esta vez.`,
  bypassUses: (uses, time) =>
    plural(uses, `Funciona una vez, hasta ${time}.`, `Funciona ${uses} veces, hasta ${time}.`),
  aMail: 'Un correo a esta persona',
};
export default spanish;
