import type { Translation } from '../catalogues.ts';
import type english from '../en/start.ts';

const spanish: Translation<typeof english> = {
  title: 'Inicie sesión con un segundo factor',
  what: 'Este servicio comprueba quién es usted: primero su contraseña, después algo que usted tiene.',
  logIn: 'Iniciar sesión',
  security: 'Su cuenta y su seguridad',
  console: 'Consola, para administradores y el servicio de ayuda',
  docs: 'La API, para desarrolladores',
};
export default spanish;
