import type { Translation } from '../catalogues.ts';
import type english from '../en/console-receivers.ts';

const spanish: Translation<typeof english> = {
  title: 'Receptores',
  help: 'Programas que se enteran en dos segundos cuando termina una sesión o cambia una cuenta.',
  none: 'Ningún programa recibe eventos de seguridad.',
  statuses: { enabled: 'Recibe', unverified: 'Sin verificar', disabled: 'Desactivado' },
  delivery: 'Entrega',
  deliveries: {
    push: 'Envío de tokens',
    poll: 'El programa recoge los tokens',
    webhook: 'Webhook con JSON',
  },
  name: 'Nombre',
  nameHelp: 'Letras minúsculas, cifras y . _ -',
  url: 'Dirección',
  urlHelp: 'Empieza por https://',
  audience: 'Audiencia',
  audienceHelp: 'A quién nombran los tokens como receptor. Vacío: la dirección.',
  authorization: 'Cabecera Authorization',
  authorizationHelp: 'Lo que pide el receptor, como Bearer y un secreto. No se vuelve a mostrar.',
  clientId: 'Identificador de cliente',
  clientIdHelp: 'La cuenta de servicio que recoge los eventos. Necesita el ámbito events:poll.',
  events: 'Se entera de',
  eventNames: {
    'session-revoked': 'sesiones terminadas',
    'credential-change': 'contraseñas y factores',
    'assurance-level-change': 'niveles de las sesiones',
    'account-disabled': 'cuentas desactivadas',
    'account-enabled': 'cuentas activadas',
    'roles-changed': 'roles',
    'attack-detected': 'ataques',
    'service-account-changed': 'programas',
    'signing-key-revoked': 'claves revocadas',
  },
  taken: 'Recibidos',
  takenLast: (count, last) => `${count}, el último: ${last}`,
  never: 'nunca',
  waiting: 'En espera',
  waitingSince: (count, since) =>
    since === null ? String(count) : `${count}, el más antiguo desde ${since}`,
  parked: 'Abandonados tras 24 horas',
  trouble: 'Último fallo',
  acts: {
    verify: {
      button: 'Verificar',
      what: 'El servicio envía un evento que muestra si el programa escucha. Si lo acepta, recibe también los demás.',
      done: 'Se envió el evento de verificación.',
    },
    secret: {
      button: 'Secreto nuevo',
      what: 'Durante 24 horas, el servicio firma con el secreto nuevo y con el anterior. Cámbielo mientras tanto en el receptor.',
      done: 'El webhook tiene un secreto nuevo.',
    },
    retry: {
      button: 'Enviar de nuevo',
      what: 'Los eventos abandonados se envían de nuevo. Es posible que el programa ya conozca otros posteriores.',
      done: 'Los eventos esperan de nuevo.',
    },
    enable: {
      button: 'Activar',
      what: 'El programa recibe los eventos desde ahora.',
      done: 'El receptor está activado.',
    },
    disable: {
      button: 'Desactivar',
      what: 'El programa no recibe nada más. Lo que espera se abandona tras 24 horas.',
      done: 'El receptor está desactivado.',
    },
    remove: {
      button: 'Eliminar',
      what: 'Se elimina el receptor con todo lo que espera.',
      done: 'Se eliminó el receptor.',
    },
  },
  secretTitle: 'El secreto del webhook',
  secretOnce:
    'Solo se muestra esta vez. Guárdelo donde el receptor guarda sus secretos y verifique después el receptor.',
  make: 'Crear un receptor',
  noEvent: 'Elija al menos un tipo de evento.',
  madeEnabled: 'Se creó el receptor y ya recibe eventos.',
  madeUnverified: 'Se creó el receptor. No recibe nada hasta que acepte el evento de verificación.',
};

export default spanish;
