import type { Translation } from '../catalogues.ts';
import type english from '../en/common.ts';

const spanish: Translation<typeof english> = {
  skipToContent: 'Saltar al contenido',
  language: 'Idioma',
  helpFrom: '¿Necesita ayuda?',
  helpFromAdministrator: '¿Necesita ayuda? Pregunte a su administrador.',
  show: 'Mostrar',
  hide: 'Ocultar',
  loading: 'Cargando …',
  back: 'Volver',
  cancel: 'Cancelar',
  continue: 'Continuar',
  close: 'Cerrar',
  copy: 'Copiar',
  copied: 'Copiado',
  logIn: 'Iniciar sesión',
  startPage: 'Página de inicio',
  notFoundTitle: 'Esta página no existe',
  notFound: 'Puede que la dirección tenga un error o que la página se haya movido.',
  brokenTitle: 'No se pudo cargar la página',
  broken: 'Compruebe su conexión e inténtelo de nuevo.',
  tryAgain: 'Reintentar',
};
export default spanish;
