import type { Translation } from '../catalogues.ts';
import type english from '../en/problems.ts';
import { plural } from '../plural.ts';

const spanish: Translation<typeof english> = {
  unknown: 'Algo salió mal. Inténtelo de nuevo. Si vuelve a ocurrir, pida ayuda.',
  offline: 'No hubo respuesta. Compruebe su conexión e inténtelo de nuevo.',
  browser: {
    NotAllowedError: 'No se confirmó nada: se canceló o tardó demasiado. Inténtelo de nuevo.',
    InvalidStateError: 'Esta llave o este dispositivo ya está configurado.',
    SecurityError:
      'Las llaves de seguridad no funcionan en esta dirección. Abra la página en la dirección que le dieron.',
    NotSupportedError: 'Este navegador o esta llave no puede hacerlo. Use otro.',
    TimeoutError: 'No hubo respuesta a tiempo. Compruebe su conexión e inténtelo de nuevo.',
    AbortError: 'Se canceló.',
    other: 'El navegador no pudo hacerlo. Inténtelo de nuevo o use otro método.',
  },
  wrongCode: (left) =>
    `Este código no es correcto. ${plural(left, 'Queda un intento.', `Quedan ${left} intentos.`)}`,
  lockedUntil: (time) =>
    `Demasiados códigos incorrectos. Para proteger su cuenta, podrá intentarlo de nuevo a las ${time}. Si no fue usted, cambie su contraseña.`,
  tooMany: {
    password: (time) => `Demasiados intentos incorrectos. Inténtelo de nuevo a las ${time}.`,
    second_factor: (time) =>
      `Los códigos están bloqueados hasta las ${time}, por demasiados códigos incorrectos o por un ataque denunciado.`,
    send: (time) => `Ya se enviaron varios códigos. Podrá pedir otro a las ${time}.`,
    rate: (time) => `Demasiadas solicitudes desde su red. Inténtelo de nuevo a las ${time}.`,
  },
  types: {
    'invalid-request': 'Algo en el formulario no es correcto. Revise lo que escribió.',
    'invalid-credentials': 'Nombre o contraseña incorrectos.',
    'invalid-password': 'Esta contraseña no es correcta.',
    'authentication-required': 'No ha iniciado sesión. Iníciela e inténtelo de nuevo.',
    'invalid-token': 'La sesión se cerró o el enlace ya no es válido. Empiece de nuevo.',
    'challenge-invalid': 'Tardó demasiado o ya terminó. Empiece de nuevo con su contraseña.',
    'mfa-token-required': 'Confirme que es usted e inténtelo de nuevo.',
    'mfa-token-invalid': 'No se aceptó. Inténtelo de nuevo.',
    'mfa-token-used': 'Este código ya se usó. Espere al siguiente.',
    'mfa-enrollment-required': 'Para esto necesita un segundo factor. Configure uno primero.',
    'method-not-allowed': 'Este método no se puede usar aquí. Elija otro.',
    'insufficient-scope': 'Su cuenta no puede hacer esto.',
    forbidden: 'Su cuenta no puede hacer esto.',
    'not-found': 'Esto ya no existe.',
    'factor-exists': 'Este número, esta dirección o esta llave ya está configurado.',
    'last-factor': 'Necesita un segundo factor. Configure otro antes de quitar este.',
    'locks-out': 'Este cambio dejaría fuera a algunas personas.',
    conflict: 'Alguien lo cambió en el mismo momento. Vuelva a cargar la página e inténtelo de nuevo.',
    'password-rejected': 'Esta contraseña no se puede usar. Elija otra.',
    'too-many-attempts': 'Demasiados intentos. Espere un rato e inténtelo de nuevo.',
    'dependency-unavailable': 'Esto no funciona en este momento. Inténtelo más tarde o use otro método.',
    'not-ready': 'El servicio se está iniciando. Inténtelo en un momento.',
  },
  reasons: {
    'invalid-request': {
      phone_invalid:
        'No se puede enviar ningún mensaje a este número. Revíselo: un signo más, el código del país, el número.',
      phone_not_sms_capable: 'Este número no recibe mensajes de texto. Use un número móvil.',
    },
    'password-rejected': {
      too_short: 'Esta contraseña es demasiado corta.',
      too_long: 'Esta contraseña es demasiado larga.',
      blocklisted: 'Esta contraseña está en listas de contraseñas comunes. Elija otra.',
      context_word: 'Elija una contraseña que no esté hecha con su nombre o su dirección.',
      reused: 'Ya ha usado esta contraseña. Elija otra.',
      composition: 'La contraseña necesita al menos una letra y un número.',
    },
    'dependency-unavailable': {
      sms_blocked: 'Los mensajes de texto a este número están bloqueados. Use otro método.',
      sms_rate_limited: 'El operador nos pide esperar. Inténtelo más tarde o use otro método.',
      sms_unavailable: 'Los mensajes de texto no funcionan en este momento. Use otro método.',
      sms_paused: 'Los mensajes de texto están en pausa. Use otro método.',
      sms_country_not_allowed: 'No enviamos mensajes de texto a este país. Use otro método.',
      phone_invalid: 'No se puede enviar ningún mensaje a su número. Use otro método.',
      phone_not_sms_capable: 'Su número no recibe mensajes de texto. Use otro método.',
      mail_unavailable: 'Los correos no funcionan en este momento. Use otro método.',
    },
  },
};
export default spanish;
