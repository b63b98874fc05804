import type { NoticeTexts } from './notice-texts.ts';

const reportIt = 'cambie su contraseña ahora mismo y avise a su administrador.';

/** Formal Spanish as a bank or a county in the United States writes it. */
const stopIt =
  'Una segunda persona todavía debe aprobarlo. Si usted lo pidió, no tiene que hacer nada. Si no, abra el enlace y deténgalo.';
const stopRecovery =
  'Si es usted, continúe donde empezó. Si no, abra el enlace y deténgala. Después cambie su contraseña y avise a su administrador.';
const decideIt =
  'Una segunda persona debe aprobarlo. Lea la solicitud en la consola, y apruébela o rechácela.';

export const es: NoticeTexts = {
  locale: 'es-US',
  subjects: {
    factor_added: 'Se añadió un segundo factor a su cuenta',
    enrol_reminder: 'Su cuenta necesitará pronto un segundo factor',
    factor_removed: 'Se quitó un segundo factor de su cuenta',
    mfa_disabled: 'Se desactivó el inicio de sesión en dos pasos de su cuenta',
    recovery_code_used: 'Se usó un código de recuperación para entrar en su cuenta',
    recovery_codes_regenerated: 'Se reemplazaron los códigos de recuperación de su cuenta',
    password_changed: 'Se cambió la contraseña de su cuenta',
    password_reset: 'Se restableció por correo la contraseña de su cuenta',
    password_removed: 'Su cuenta ya no tiene contraseña: usted entra con claves de acceso',
    address_changed: 'Se cambió la dirección de correo o el número de teléfono de su cuenta',
    mfa_reset: 'El servicio de ayuda quitó sus segundos factores',
    bypass_codes_issued: 'El servicio de ayuda emitió códigos de asistencia para su cuenta',
    bypass_code_used: 'Se usó un código de asistencia para entrar en su cuenta',
    caller_check_passed: 'Alguien demostró al servicio de ayuda ser usted',
    second_factor_failed: 'Alguien conoce su contraseña: falló el segundo paso de un inicio de sesión',
    login_after_failures: 'Se inició sesión en su cuenta después de varios intentos fallidos',
    password_withdrawn: 'El servicio de ayuda anuló la contraseña de su cuenta',
    attack_reported:
      'Se denunció como ajeno un inicio de sesión en su cuenta, y su segundo paso queda bloqueado por un tiempo',
    device_trusted: 'Un dispositivo ya puede entrar en su cuenta sin el segundo paso',
    device_stolen: 'Es posible que se haya copiado un dispositivo de confianza suyo, y ya no es de confianza',
    account_locked: 'El segundo paso de su cuenta está bloqueado por un tiempo',
    factor_disabled: 'Se desactivó un segundo factor de su cuenta por demasiados códigos incorrectos',
    asked_mfa_reset: 'Alguien pide quitar sus segundos factores',
    asked_bypass_code: 'Alguien pide un código de emergencia para su cuenta',
    asked_password_reset: 'Alguien pide anular la contraseña de su cuenta',
    asked_exemption: 'Alguien pide eximir su cuenta del segundo factor por un tiempo',
    asked_admin_role: 'Alguien pide hacer de su cuenta una cuenta de administrador',
    asked_rollout_end: 'Un administrador pide terminar un despliegue del segundo factor',
    asked_policy_change: 'Un administrador pide cambiar la política de un área',
    asked_rules_weaker: 'Un administrador pide debilitar las reglas de aprobación',
    approval_granted: 'Una segunda persona aprobó una acción en su cuenta',
    approval_stopped: 'Se detuvo una acción en su cuenta con el enlace de un mensaje',
    account_reported: 'Su cuenta se bloqueó con el enlace «no fui yo» de un mensaje',
    recovery_begun: 'Alguien que lee su correo empieza a recuperar su cuenta',
    recovery_proven: 'La recuperación de su cuenta se demostró, y ahora espera',
    recovery_ready: 'La recuperación de su cuenta ya se puede terminar',
    recovery_stopped: 'Se detuvo la recuperación de su cuenta',
    account_recovered: 'Su cuenta se recuperó: un segundo factor nuevo reemplaza los perdidos',
    recovery_colleagues_changed: 'Se cambiaron los colegas que pueden aprobar una recuperación de su cuenta',
    colleague_named: 'Un colega le pide ayuda por si pierde su segundo factor',
    colleague_wanted: 'Un colega recupera una cuenta y necesita un código de usted',
    break_glass_made: 'Se crearon nuevas partes de recuperación, y las anteriores ya no sirven',
    break_glass_used: 'Se usaron partes de recuperación para abrir una cuenta de administrador',
    test_mail: 'Un correo de prueba que usted pidió',
  },
  usualAdvice: `Si fue usted, no tiene que hacer nada. Si no fue usted, ${reportIt}`,
  advice: {
    asked_mfa_reset: stopIt,
    asked_bypass_code: stopIt,
    asked_password_reset: stopIt,
    asked_exemption: stopIt,
    asked_admin_role: stopIt,
    asked_rollout_end: decideIt,
    asked_policy_change: decideIt,
    asked_rules_weaker: decideIt,
    approval_granted:
      'Quien lo pidió puede ejecutarlo ahora, o después de la espera que pide la regla. El enlace del primer mensaje todavía lo detiene.',
    approval_stopped: 'No ocurrirá. Si no lo detuvo usted, avise a su administrador.',
    account_reported:
      'Todas las sesiones han terminado y nadie puede iniciar sesión. Pida al servicio de ayuda que desbloquee la cuenta y después cambie la contraseña. Si no fue usted quien pulsó el enlace, alguien lee sus mensajes: avise a su administrador.',
    recovery_begun: `Hacen falta dos pruebas más y una espera. Hasta entonces sus segundos factores siguen igual. ${stopRecovery}`,
    recovery_proven: `Después de ese momento, un segundo factor nuevo puede reemplazar los actuales. Hasta entonces siguen igual. ${stopRecovery}`,
    recovery_ready: `La persona que tiene el código de la recuperación ya puede configurar un segundo factor nuevo. Los actuales dejan entonces de funcionar. ${stopRecovery}`,
    recovery_stopped:
      'No se cambió nada. Si todavía la necesita, empiece de nuevo o pregunte al servicio de ayuda.',
    account_recovered:
      'Sus sesiones terminaron, y sus segundos factores y códigos de recuperación anteriores ya no sirven. Inicie sesión con el nuevo.',
    colleague_named:
      'Inicie sesión y diga en su página de seguridad si acepta. Si acepta, el colega podrá pedirle un código cuando pierda su segundo factor. Acepte solo si conoce a esta persona.',
    colleague_wanted:
      'Hable primero con su colega, en persona o por un número que usted conozca. Solo después abra su página de seguridad y cree el código. No se lo lea a nadie más. Si su colega no lo pidió, rechácelo allí.',
    break_glass_made: 'Las creó un operador en la línea de comandos. Si nadie le avisó, pregunte quién fue.',
    break_glass_used:
      'Se quitaron los segundos factores de ese administrador, y la contraseña se puede elegir de nuevo. Las partes ya no sirven: cree otras. Si esto no estaba acordado, mire la auditoría ahora.',
    test_mail: 'Los correos de este servicio le llegan. No tiene que hacer nada.',
    enrol_reminder:
      'Inicie sesión y configure un segundo factor. Después de ese plazo, al iniciar sesión solo podrá configurarlo.',
    mfa_reset: `La próxima vez que inicie sesión, su contraseña bastará para configurar un segundo factor nuevo. Hasta que lo configure, no podrá hacer nada más. Sus sesiones terminaron, y sus códigos de recuperación anteriores ya no sirven. Si no pidió esto al servicio de ayuda, ${reportIt}`,
    bypass_codes_issued: `Un código así reemplaza su segundo factor. El servicio de ayuda se lo da a usted y a nadie más. Si no pidió ninguno, ${reportIt}`,
    caller_check_passed: `Uno de sus segundos factores respondió al servicio de ayuda, que ahora puede ayudar a quien llama. Si no está hablando por teléfono con el servicio de ayuda, ${reportIt}`,
    password_removed:
      'Si fue usted, no tiene que hacer nada. Si no, avise ahora a su administrador: alguien tiene una clave de acceso de su cuenta.',
    password_withdrawn:
      'Su contraseña anterior ya no funciona, y sus sesiones terminaron. Otro correo, a la dirección de su cuenta, trae un enlace para elegir una nueva. Si no esperaba esto, pregunte a su administrador.',
    second_factor_failed: `Después no se escribió ningún código correcto. Si se equivocó de código y lo dejó, no tiene que hacer nada. Si no fue usted, ${reportIt}`,
    account_locked: `Hasta que termine el bloqueo no se acepta ningún código. Si los códigos incorrectos eran suyos, espere e inicie sesión de nuevo. Si no, alguien conoce su contraseña: ${reportIt}`,
    factor_disabled: `El servicio ya no lo pide. Inicie sesión con otro factor o con un código de recuperación y configúrelo de nuevo, o pregunte al servicio de ayuda. Si los códigos incorrectos no eran suyos, alguien conoce su contraseña: ${reportIt}`,
    attack_reported: `Alguien conoce su contraseña. Hasta que termine el bloqueo, nadie puede iniciar sesión con una notificación. Lo haya denunciado usted o no, ${reportIt}`,
    device_stolen: `El dispositivo debe pasar de nuevo el segundo paso. Si lo restauró desde una copia de seguridad o copió sus datos, no tiene que hacer nada más. Si no, ${reportIt}`,
  },
  facts: {
    account: 'Cuenta',
    what: 'Qué',
    when: 'Cuándo',
    from: 'Desde',
    with: 'Con',
    itself: 'el propio servicio',
  },
  about: {
    codesLeft: (count, renewed) =>
      `${count === 1 ? 'queda 1 código' : `quedan ${count} códigos`}${renewed ? ', uno de ellos nuevo' : ''}`,
    wrongCodes: (count) => `${count === 1 ? '1 código incorrecto' : `${count} códigos incorrectos`} antes`,
    wrongPasswords: (count) =>
      `${count === 1 ? '1 contraseña incorrecta' : `${count} contraseñas incorrectas`} antes`,
    wrongPasskeys: (count) =>
      `${count === 1 ? '1 respuesta incorrecta' : `${count} respuestas incorrectas`} de una clave de acceso antes`,
    enrolUntil: (date) => `Tiene plazo hasta el ${date}`,
    enrolEnded: (date) => `Su plazo terminó el ${date}`,
    readyAt: (date) => `Se puede terminar a partir del ${date}`,
    hiddenLabel: '(su nombre contiene un enlace y no se muestra)',
  },
  clients: {
    programs: {
      python: 'un programa de Python',
      node: 'un programa de Node',
      java: 'un programa de Java',
      go: 'un programa de Go',
    },
    unknown: 'un programa desconocido',
    on: (program, system) => `${program} en ${system}`,
  },
  enrolButton: 'Configurar un segundo factor',
  stopButton: 'Yo no lo pedí',
  colleagueButton: 'Abrir su página de seguridad',
  notMe: {
    words:
      'Si no fue usted, abra esta página y pulse el botón. Termina todas las sesiones y bloquea la cuenta.',
    button: 'No fui yo',
  },
  links: {
    invitation: {
      subject: 'Se creó una cuenta para usted: elija su contraseña',
      intro: (service, by) =>
        `${by === null ? `Recibe una invitación a ${service}` : `${by} le invita a ${service}`}. Elija una contraseña para su cuenta nueva.`,
      button: 'Elegir su contraseña',
      advice: 'Si no esperaba ninguna cuenta, no haga nada: sin contraseña nadie puede entrar en ella.',
    },
    forgotten: {
      subject: 'Elija una contraseña nueva',
      intro: (service) => `Alguien pidió una contraseña nueva para su cuenta en ${service}.`,
      button: 'Elegir una contraseña nueva',
      advice: 'Si no la pidió usted, no haga nada: su contraseña sigue siendo la misma.',
    },
    helpdesk: {
      subject: 'El servicio de ayuda le pide que elija una contraseña nueva',
      intro: (service) => `El servicio de ayuda anuló la contraseña de su cuenta en ${service}.`,
      button: 'Elegir una contraseña nueva',
      advice: 'Su contraseña anterior ya no funciona. Si no esperaba esto, pregunte a su administrador.',
    },
    recovery: {
      subject: 'Recupere su cuenta',
      intro: (service) => `Alguien dice que el segundo factor de su cuenta en ${service} se perdió.`,
      button: 'Empezar la recuperación',
      advice:
        'El enlace solo no cambia nada: hacen falta dos pruebas más. Si no la pidió usted, no haga nada, y no dé nunca el enlace a nadie.',
    },
    hours: (count) => (count === 1 ? '1 hora' : `${count} horas`),
    minutes: (count) => (count === 1 ? '1 minuto' : `${count} minutos`),
    terms: (life, replaced) =>
      `El enlace funciona una vez, durante ${life}.${replaced ? ' Un enlace más nuevo lo reemplaza.' : ''}`,
    buttonFails: 'Si el botón no funciona, abra esta dirección:',
    tokenAlone: 'Si no hay ninguna página detrás del enlace, este es el código que contiene:',
  },
  code: {
    subject: (code, service) => `${code} es su código de ${service}`,
    heading: (service) => `Su código de ${service}`,
    terms: 'Sirve una vez, durante cinco minutos. No se lo diga nunca a nadie.',
    warning: 'Si no acaba de iniciar sesión, alguien conoce su contraseña: cámbiela ahora mismo.',
    sms: (code, service) => `${code} es su clave de ${service}. No la comparta con nadie.`,
  },
  danger: {
    what: {
      asked_mfa_reset: 'Alguien pide quitar sus segundos factores.',
      asked_bypass_code: 'Alguien pide una clave de emergencia para su cuenta.',
      asked_password_reset: 'Alguien pide anular su contraseña.',
      asked_exemption: 'Alguien pide eximir su cuenta del segundo factor.',
      asked_admin_role: 'Alguien pide hacer de su cuenta una cuenta de administrador.',
      mfa_reset: 'El servicio de ayuda ha quitado sus segundos factores.',
      bypass_codes_issued: 'El servicio de ayuda ha emitido una clave de asistencia para su cuenta.',
      password_withdrawn: 'El servicio de ayuda ha anulado su contraseña.',
      password_reset: 'Se ha cambiado por correo su contraseña.',
      password_removed: 'Su cuenta ya no tiene contraseña.',
      address_changed: 'Se ha cambiado el correo o el teléfono de su cuenta.',
      factor_removed: 'Se ha quitado un segundo factor de su cuenta.',
      mfa_disabled: 'Se ha desactivado el segundo paso de su cuenta.',
      recovery_begun: 'Alguien que lee su correo empieza a recuperar su cuenta.',
      recovery_proven: 'Alguien ha dado las pruebas para recuperar su cuenta, y ahora espera.',
      recovery_ready: 'Ya se puede terminar de recuperar su cuenta.',
      account_recovered: 'Se ha recuperado su cuenta con un segundo factor nuevo.',
      break_glass_used: 'Se ha abierto su cuenta de administrador con partes de emergencia.',
    },
    stop: (link) => `¿No fue usted? Deténgalo: ${link}`,
    lock: (link) => `¿No fue usted? Bloquee su cuenta: ${link}`,
    report: '¿No estaba acordado? Avise ahora a sus administradores.',
  },
  help: '¿Necesita ayuda?',
};
