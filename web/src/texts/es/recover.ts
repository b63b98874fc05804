import type { Translation } from '../catalogues.ts';
import type english from '../en/recover.ts';

const texts: Translation<typeof english> = {
  title: '¿Perdió su segundo factor?',
  intro:
    'Busque primero otro camino: otro factor, un código de recuperación impreso o el servicio de ayuda. Cada uno es más rápido que esta página.',
  how: 'Aquí muestra dos cosas de distinta clase, espera y después configura un factor nuevo. Cada dirección de correo de su cuenta recibe un aviso.',
  username: 'Nombre de usuario',
  usernameMissing: 'Escriba su nombre de usuario.',
  send: 'Enviar el enlace',
  haveCode: 'Ya empecé',
  continueTitle: 'Continúe su recuperación',
  continueIntro: 'Escriba el código para continuar que anotó cuando empezó.',
  continueCode: 'Código para continuar',
  continueMissing: 'Escriba el código para continuar.',
  next: 'Continuar',
  back: 'Atrás',
  toLogin: 'Volver al inicio de sesión',
  sentTitle: 'Mire su correo',
  sent: 'Si esta cuenta se puede recuperar con esta página, un correo con un enlace va en camino a su dirección. Si no llega nada, pregunte al servicio de ayuda.',
  sentPrivate: 'Para proteger todas las cuentas, esta página dice lo mismo para cada nombre.',
  beginTitle: 'Empiece la recuperación',
  beginWhat:
    'El enlace solo no cambia nada. Sus factores actuales siguen hasta que el nuevo esté confirmado. Si no pidió este correo, cierre la página.',
  begin: 'Empezar',
  codeTitle: 'Anote este código',
  codeWhat:
    'Lo necesita para continuar, también después de la espera y en otro dispositivo. Ningún correo lo contiene. Este navegador también lo guarda.',
  codeKept: 'Lo anoté',
  codeMissing: 'Anote primero el código y después marque la casilla.',
  account: 'Cuenta:',
  proofsTitle: 'Muestre dos cosas de distinta clase',
  proofsLeft: (left: number) => (left === 1 ? 'Falta una.' : 'Hacen falta dos.'),
  needsColleague: 'Una de ellas debe ser el código de un colega.',
  noWays: 'Esta cuenta no tiene nada más que mostrar. Pregunte al servicio de ayuda.',
  done: 'Mostrado:',
  kinds: {
    recovery_code: {
      name: 'Un código de recuperación',
      detail: 'Uno de los códigos que imprimió o guardó',
    },
    address: {
      name: 'Una segunda dirección',
      detail: 'Seis cifras por correo o mensaje de texto. No el buzón de su cuenta',
    },
    device: {
      name: 'Este dispositivo y su contraseña',
      detail: 'Si este navegador tiene un dispositivo en el que confió',
    },
    colleague: { name: 'Un colega', detail: 'Alguien que usted nombró antes le lee un código' },
  },
  recoveryTitle: 'Escriba un código de recuperación',
  recoveryWhat: 'Sirve una vez.',
  addressTitle: '¿Dónde puede leer un código?',
  addressSent: (to: string) => `Un código va en camino a ${to}. Sirve durante cinco minutos.`,
  addressCode: 'Código',
  deviceTitle: 'Escriba su contraseña',
  deviceWhat: 'Este navegador muestra que es un dispositivo en el que usted confió.',
  deviceNone: 'Este navegador no tiene ningún dispositivo de confianza para esta cuenta.',
  password: 'Contraseña',
  colleagueTitle: 'Pregunte a su colega',
  colleagueWhat:
    'Escriba a sus colegas con el botón. Después hable con uno de ellos, en persona o por teléfono. El colega le lee nueve cifras.',
  colleagueAsk: 'Escribir a mis colegas',
  colleagueAsked: 'Sus colegas tienen un correo.',
  colleagueCode: 'Código del colega',
  missing: 'Escríbalo primero.',
  show: 'Confirmar',
  refused: 'No se aceptó. Revíselo e inténtelo de nuevo.',
  waitTitle: 'Ahora espere',
  waitWhat: (date: string) =>
    `Puede configurar un factor nuevo a partir del ${date}. Vuelva entonces a esta página. También recibe un correo.`,
  waitWhy:
    'La espera le protege. Si otra persona hubiera empezado esto, el dueño podría detenerlo con el enlace de cualquier correo.',
  waitUntil: (date: string) => `Tiene tiempo hasta el ${date}.`,
  again: 'Mirar de nuevo',
  readyTitle: 'La espera terminó',
  readyWhat:
    'Configure ahora un factor nuevo. Cuando esté confirmado, los perdidos y los códigos de recuperación anteriores dejan de servir, y terminan todas las sesiones.',
  ready: 'Configurar un factor nuevo',
  doneTitle: 'Su cuenta se recuperó',
  doneWhat: 'Inicie sesión con el factor nuevo.',
  doneNoPassword: 'Su cuenta no tiene contraseña. Pida un enlace para elegir una y después inicie sesión.',
  toForgot: 'Pedir el enlace',
  logIn: 'Iniciar sesión',
  overTitle: 'Esta recuperación terminó',
  over: 'Se detuvo o se completó, se acabó su tiempo o la cuenta cambió desde entonces. Si todavía la necesita, empiece de nuevo.',
  startAgain: 'Empezar de nuevo',
  reading: 'Mirando …',
};

export default texts;
