import type { Translation } from '../catalogues.ts';
import type english from '../en/password.ts';
import { plural } from '../plural.ts';

const spanish: Translation<typeof english> = {
  inviteTitle: 'Bienvenido: elija su contraseña',
  resetTitle: 'Elija una contraseña nueva',
  linkTitle: 'Elija su contraseña',
  invited: (service) => `Se creó una cuenta para usted en ${service}. Elija una contraseña para ella.`,
  forgotten: 'Elija una contraseña nueva. Su segundo factor no cambia.',
  helpdesk: 'El servicio de ayuda le pide que elija una contraseña nueva. La anterior ya no funciona.',
  account: 'Cuenta:',
  reading: 'Comprobando su enlace …',
  newPassword: 'Contraseña nueva',
  recoveryCode: 'Código de recuperación',
  recoveryCodeHelp: 'Su cuenta no tiene contraseña, así que este correo no basta por sí solo.',
  recoveryCodeMissing: 'Escriba un código de recuperación.',
  advice: 'Varias palabras sin relación son fáciles de recordar y difíciles de adivinar.',
  rules: 'Su contraseña necesita:',
  atLeast: (count) => `al menos ${count} caracteres`,
  atMost: (count) => `como máximo ${count} caracteres`,
  soFar: (count) => plural(count, 'uno por ahora', `${count} por ahora`),
  lettersAndDigits: 'una letra y un número',
  notTheName: 'más que su nombre de usuario',
  history: (count) =>
    plural(
      count,
      'Debe ser distinta de su última contraseña.',
      `Debe ser distinta de sus últimas ${count} contraseñas.`,
    ),
  met: 'cumplido',
  unmet: 'falta todavía',
  allMet: 'La contraseña cumple estas reglas.',
  passwordMissing: 'Escriba una contraseña nueva.',
  rulesUnmet: 'La contraseña todavía no cumple todas las reglas.',
  save: 'Guardar la contraseña',
  endsSessions: 'Se cerrarán sus sesiones en todos los dispositivos.',

  noLinkTitle: 'Abra el enlace de su correo',
  noLink:
    'Esta página necesita el enlace que le enviamos. Ábralo de nuevo desde el correo: funciona hasta que elija una contraseña o termine su plazo.',
  noLinkWhy: 'Por su seguridad, esta página no guarda el enlace cuando se vuelve a cargar.',
  overTitle: 'Este enlace ya no funciona',
  over: 'Cada enlace sirve para una sola contraseña. Este ya se usó, su plazo terminó o un correo más nuevo lo ha reemplazado.',
  overIfSet: 'Si ya eligió su contraseña, inicie sesión con ella.',
  overElse: 'Si no, pida un enlace nuevo. Necesita su nombre de usuario, que está en el correo.',
  overAsk: '¿Sigue sin llegar? Pregunte a:',
  overAskInviter: 'Si recibió una invitación y no llega nada, pregunte a quien le invitó.',
  newLink: 'Pedir un enlace nuevo',

  forgotTitle: '¿Olvidó su contraseña?',
  toRecover: '¿Perdió su segundo factor?',
  forgotIntro: 'Escriba su nombre de usuario. Enviaremos un enlace a la dirección de correo de su cuenta.',
  username: 'Nombre de usuario',
  usernameMissing: 'Escriba su nombre de usuario.',
  sendLink: 'Enviar el enlace',
  sentTitle: 'Mire su correo',
  sent: 'Si existe una cuenta con este nombre y una dirección de correo, un mensaje con un enlace va en camino a esa dirección.',
  sentLife: 'El enlace funciona una vez, durante 30 minutos. Un enlace más nuevo lo reemplaza.',
  sentSpam:
    '¿No llega nada después de unos minutos? Mire en la carpeta de spam y compruebe el nombre que escribió.',
  sentLimit: 'En 15 minutos enviamos como máximo tres correos a una cuenta.',
  sentPrivate: 'Para proteger todas las cuentas, esta página dice lo mismo para cada nombre.',
  askAgain: 'Pedirlo de nuevo',
  toLogin: 'Volver al inicio de sesión',
};
export default spanish;
