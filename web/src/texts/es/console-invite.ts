import type { Translation } from '../catalogues.ts';
import type english from '../en/console-invite.ts';
import { plural } from '../plural.ts';

const spanish: Translation<typeof english> = {
  title: 'Invitar',
  what: 'Cada persona recibe un correo con un enlace que funciona 24 horas y establece con él una contraseña. Nadie más ve la contraseña.',
  one: 'Una persona',
  username: 'Nombre de usuario',
  email: 'Correo',
  phone: 'Teléfono',
  phoneHelp: 'Opcional: un más, el prefijo del país, el número.',
  roles: 'Funciones',
  rolesMissing: 'Elija al menos una función.',
  missing: 'Rellene este campo.',
  look: 'Comprobar',
  many: 'Varias personas',
  file: 'Archivo CSV',
  paste: 'O pegue las filas',
  pasteHelp:
    'La primera línea nombra las columnas en cualquier orden: username, email, phone, roles, language. Puede omitir phone y language. Varias funciones se separan con un espacio. Como máximo 200 personas a la vez.',
  lookMany: 'Comprobar las filas',
  fileEmpty: 'No hay filas. La primera línea nombra las columnas y cada línea siguiente es una persona.',
  fileTooLong: (most) => `Son más de ${most} filas. Divida el archivo.`,
  columnsMissing: (names) => `En la primera línea faltan estas columnas: ${names}.`,
  roleUnknown: (line, role) => `Línea ${line}: no existe la función ${role}.`,
  preview: 'Comprobación de las invitaciones',
  row: 'Fila',
  fault: 'Resultado',
  fine: 'Correcta',
  reasons: {
    username_shape:
      'El nombre debe ser una dirección de correo, o hasta 128 letras a–z, cifras y . _ @ + - que empiecen por letra o cifra.',
    email_shape: 'El correo debe ser una dirección como ann@example.com.',
    phone_shape: 'El teléfono debe ser un número como +15095550100.',
    language_unknown: 'El idioma debe ser en o es.',
    roles_shape: 'Hace falta al menos una función, y cada una solo una vez.',
    twice: 'El nombre está también en una fila anterior.',
    name_taken: 'Ya hay un usuario con este nombre.',
  },
  faults: (rows) =>
    plural(
      rows,
      'Una fila tiene un fallo. No se puede invitar a nadie antes de corregirlo.',
      `${rows} filas tienen un fallo. No se puede invitar a nadie antes de corregirlas.`,
    ),
  noFaults: (rows) =>
    plural(
      rows,
      'No se encontró ningún fallo. Todavía no se ha invitado a nadie.',
      `No se encontró ningún fallo en ${rows} filas. Todavía no se ha invitado a nadie.`,
    ),
  noMail: 'El servicio no tiene servidor de correo. Las cuentas se crean y no se envía ningún enlace.',
  go: (count) => plural(count, 'Invitar a esta persona', `Invitar a ${count} personas`),
  done: (count) =>
    plural(
      count,
      'Se invitó a una persona. El correo está en camino.',
      `Se invitó a ${count} personas. Los correos están en camino.`,
    ),
  doneNoMail: (count) =>
    plural(
      count,
      'Se creó una cuenta. No se envió ningún correo.',
      `Se crearon ${count} cuentas. No se enviaron correos.`,
    ),
};
export default spanish;
