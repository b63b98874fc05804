import type { Translation } from '../catalogues.ts';
import type english from '../en/caller.ts';

const spanish: Translation<typeof english> = {
  title: 'Demuestre al servicio de ayuda que es usted',
  intro:
    'Hágalo solo si usted mismo llamó al servicio de ayuda. Escriba las nueve cifras que le lee el servicio de ayuda.',
  neverTell:
    'Escriba los códigos solo aquí. No se los diga a nadie, tampoco al servicio de ayuda. Si alguien le pide un código, cuelgue.',
  number: 'Número del servicio de ayuda',
  numberShape: 'Escriba las nueve cifras que le lee el servicio de ayuda.',
  next: 'Siguiente',
  back: 'Atrás',
  chooseTitle: '¿Qué conserva todavía?',
  chooseIntro: 'Todos ven la misma lista. Elija algo que haya configurado antes.',
  methods: {
    app: { name: 'Aplicación de autenticación', detail: 'Seis cifras que muestra la aplicación' },
    recovery: { name: 'Código de recuperación', detail: 'Uno de los códigos que imprimió o guardó' },
    email: { name: 'Correo a una segunda dirección', detail: 'No el buzón de su cuenta' },
    sms: { name: 'Mensaje de texto', detail: 'Seis cifras a su teléfono' },
    duo_push: { name: 'Notificación de Duo', detail: 'Con un número que escribe en Duo Mobile' },
  },
  codeTitle: 'Escriba el código',
  fromApp: 'Abra su aplicación de autenticación y escriba las seis cifras.',
  fromList: 'Escriba un código de recuperación que no haya usado. Funciona una vez.',
  fromMail:
    'Si su cuenta tiene una segunda dirección, un correo con seis cifras está en camino. Mire también en el correo no deseado.',
  fromText: 'Si su cuenta tiene un teléfono para mensajes de texto, seis cifras están en camino.',
  code: 'Código',
  codeMissing: 'Escriba el código.',
  confirm: 'Confirmar',
  refused:
    'No se aceptó. Compruebe el número y el código, espere un código nuevo o pida otro número al servicio de ayuda.',
  pushTitle: 'Responda en su teléfono',
  pushIntro: 'Si su cuenta usa Duo, Duo Mobile le pregunta ahora. Escriba allí este número.',
  pushNumber: 'Escriba este número en Duo Mobile',
  pushWaiting: 'Esperando su respuesta …',
  pushOver: 'No llegó ninguna respuesta. Vuelva atrás y elija de nuevo.',
  passedTitle: 'Gracias',
  passed:
    'El servicio de ayuda ve ahora que su segundo factor respondió. Puede cerrar esta página y seguir con la llamada.',
};
export default spanish;
