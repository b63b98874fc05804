/** What to tell the helpdesk and administrators about a problem, beside the words of `problems`. */
export default {
  forbidden: {
    own_account: 'No puede hacer esto con su propia cuenta. Pídaselo a un colega.',
    higher_role: 'No puede hacer esto con un administrador, un auditor u otro usuario del servicio de ayuda.',
    caller_check_required: 'Compruebe antes quién llama.',
    evidence_required: 'Compruebe antes quién llama, o indique dos tipos de prueba.',
    caller_check_invalid: 'Esta comprobación ya no vale. Compruebe de nuevo quién llama.',
    own_request: 'Usted mismo lo pidió. Un colega debe decidir.',
    wrong_role: 'Su rol no puede decidir sobre esto. Pídaselo a un administrador.',
    same_person: 'Su cuenta y la que lo pidió pueden ser de una misma persona. Otro colega debe decidir.',
    not_requester: 'Solo quien lo pidió puede hacer esto.',
  },
  conflict: {
    name_taken: 'Ya existe un usuario con este nombre.',
    no_address: 'La cuenta no tiene dirección de correo.',
    no_mail_server: 'El servicio no puede enviar correos.',
    disabled: 'La cuenta está desactivada.',
    last_admin: 'Este es el último administrador que puede iniciar sesión.',
    no_factor: 'La cuenta no tiene segundo factor.',
    approval_required: 'Una segunda persona debe aprobarlo. Pídalo otra vez.',
    approval_pending: 'Ya lo ha pedido. Ejecute esa solicitud o retírela.',
    approval_missing: 'Nadie ha aprobado todavía esta solicitud.',
    approval_over: 'La solicitud terminó: se usó, se rechazó, se retiró, se detuvo o caducó.',
    approval_waiting: 'La espera después de la aprobación no ha terminado.',
    approval_stale:
      'La cuenta o un rol ha cambiado desde la solicitud, o la dirección en las últimas 24 horas. Pídalo otra vez más tarde.',
    too_few_people: 'Menos de dos personas podrían aprobar. Invite primero a un segundo administrador.',
  },
};
