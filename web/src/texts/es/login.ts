import type { Translation } from '../catalogues.ts';
import type english from '../en/login.ts';

const spanish: Translation<typeof english> = {
  title: 'Iniciar sesión',
  consoleTitle: 'Iniciar sesión en la consola',
  username: 'Nombre de usuario',
  password: 'Contraseña',
  logIn: 'Iniciar sesión',
  forgot: '¿Olvidó su contraseña?',
  usernameMissing: 'Escriba su nombre de usuario.',
  passwordMissing: 'Escriba su contraseña.',
  factorTitle: 'Confirme que es usted',
  loggedOut: 'Ha cerrado la sesión.',
  sessionEnded: 'Su sesión ha terminado. Iníciela de nuevo.',
  startOver: 'Empezar de nuevo',
  tookTooLong: 'Tardó más de cinco minutos. Empiece de nuevo con su contraseña.',
  mustEnrolTitle: 'Configure un segundo factor',
  mustEnrol:
    'Su organización exige un segundo factor. Tarda unos dos minutos y después habrá iniciado sesión.',
  graceOver: (date) => `Su plazo para configurarlo terminó el ${date}.`,
  encouragedTitle: 'Proteja su cuenta',
  encouraged:
    'Con un segundo factor, una contraseña robada no abre nada por sí sola. Tarda unos dos minutos.',
  graceTitle: 'Configure un segundo factor',
  grace: (date) =>
    `A partir del ${date} necesita un segundo factor para iniciar sesión. Configúrelo ahora; tarda unos dos minutos.`,
  setUpNow: 'Configurarlo ahora',
  later: 'Más tarde',
  recoveryUsedTitle: 'Ha usado un código de recuperación',
  recoveryUsed: (left) =>
    left === 1 ? 'Queda un código de recuperación.' : `Quedan ${left} códigos de recuperación.`,
  recoveryAdvice: 'Si ha perdido su teléfono o su llave, quítelo de su cuenta y configure uno nuevo ahora.',
  newRecoveryCode: 'Anote este código nuevo en lugar del que usó. Se muestra una sola vez.',
  manageFactors: 'Administrar sus segundos factores',
  continue: 'Continuar',
  done: 'Ha iniciado sesión',
  leaving: 'Un momento …',
  passwordSet: 'Su contraseña está guardada. Inicie sesión con ella.',
  noArea: 'Su cuenta no abre esta parte. Use otra cuenta o vaya a su propia página.',
  passkeyOr: 'o',
  passkey: 'Iniciar sesión con una clave de acceso',
  passkeyOnly: 'Esta parte no admite contraseñas. Inicie sesión con una clave de acceso.',
  passkeyNone: 'Este navegador no conoce las claves de acceso. Abra esta página en otro.',
  passkeyRefused: 'No se aceptó esta clave de acceso. Use otra. Si es suya, pida ayuda.',
  passkeyOffer: '¿Iniciar sesión sin contraseña?',
  passkeyWhy:
    'Una clave de acceso se queda en este dispositivo o en su gestor de contraseñas. La desbloquea su dedo, su cara o un PIN. Una página que solo se parece a la nuestra no puede usarla.',
  passkeyMake: 'Crear una clave de acceso',
  duoReturning: 'Duo ha respondido. Un momento …',
  duoLost: 'Esta respuesta de Duo no pertenece a ningún inicio de sesión de aquí. Empiece de nuevo.',
};
export default spanish;
