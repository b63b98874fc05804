import type { Translation } from '../catalogues.ts';
import type english from '../en/not-me.ts';

const texts: Translation<typeof english> = {
  title: '¿No fue usted?',
  reading: 'Comprobando su enlace …',
  account: 'Cuenta:',
  accountWhat: 'Si otra persona hizo lo que dice el correo, pulse el botón. Entonces:',
  accountSteps: {
    sessions: 'terminan todas las sesiones, en todos los dispositivos',
    help: 'dejan de servir los códigos, enlaces y solicitudes que otros tengan para su cuenta',
    lock: 'nadie puede iniciar sesión, ni siquiera usted, hasta que el servicio de ayuda desbloquee la cuenta',
    told: 'los administradores lo ven, y cada dirección de correo de la cuenta recibe un correo',
  },
  accountGo: 'No fui yo: bloquear la cuenta',
  approvalWhat: (what) => `Alguien pide esto: ${what}. Una segunda persona debe aprobarlo.`,
  approvalStop: 'Si usted no lo pidió, deténgalo. Entonces no ocurre, tampoco si ya fue aprobado.',
  approvalGo: 'Yo no lo pedí: detenerlo',
  recoveryWhat:
    'Alguien recupera esta cuenta: después de dos pruebas y una espera, un segundo factor nuevo reemplaza los actuales.',
  recoveryStop: 'Si no fue usted, deténgala. Entonces no cambia nada. Después cambie su contraseña.',
  recoveryGo: 'No fui yo: detener la recuperación',
  leave: 'Si fue usted, cierre esta página. Todavía no ha ocurrido nada.',
  doneTitle: 'Su cuenta está bloqueada',
  done: 'Todas las sesiones han terminado. Pida al servicio de ayuda que desbloquee la cuenta. Después cambie su contraseña y revise sus segundos factores.',
  stoppedTitle: 'Está detenido',
  stopped: 'Esto no ocurrirá. Si no sabe quién lo pidió, avise al servicio de ayuda.',
  ask: 'A quién puede preguntar:',
  overTitle: 'Este enlace ya no funciona',
  over: 'Cada enlace sirve una vez, durante siete días. Este ya se usó, su plazo terminó, o se usó un enlace posterior.',
  overElse: 'Si cree que otra persona usa su cuenta, pida al servicio de ayuda que la bloquee.',
  noLinkTitle: 'Abra el enlace de su mensaje',
  noLink: 'Esta página necesita el enlace de un mensaje. Ábralo otra vez desde el mensaje.',
  actions: {
    mfa_reset: 'quitar sus segundos factores',
    bypass_code: 'un código de emergencia, que sustituye a su segundo factor',
    password_reset: 'anular su contraseña',
    exemption: 'eximir su cuenta del segundo factor por un tiempo',
    admin_role: 'hacer de su cuenta una cuenta de administrador',
    rollout_end: 'terminar el despliegue',
    policy_change: 'cambiar una política',
    rules_weaker: 'debilitar las reglas',
  },
};

export default texts;
