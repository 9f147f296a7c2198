export type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const SECRET_TYPES = new Set(['password', 'hidden', 'file']);
const SECRET_AUTOCOMPLETE = /(^|\s)(cc-\S+|current-password|new-password|one-time-code)(\s|$)/i;
/** Names of fields whose page sets no `autocomplete`. */
const SECRET_NAME = new RegExp(
  [
    String.raw`pass(word|wd|code|phrase)`,
    String.raw`credit[-_]?card|card[-_]?(number|num|no|nr)(?![a-z])|cc[-_]?(number|num|csc|cvc|cvv|exp)`,
    String.raw`security[-_]?code|(^|[^a-z])(cvc|cvv|csc|otp|pin)\d?(?![a-z])`,
  ].join('|'),
  'i',
);
/** Fields that have been password fields: a page may show the password as text. */
const passwords = new WeakSet<Field>();

export function rememberPasswords(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>('input[type=password]'))
    passwords.add(field);
}

/** Whether what is entered must not leave this device. */
export function isSecret(field: Field): boolean {
  return (
    SECRET_TYPES.has(field.type) ||
    passwords.has(field) ||
    SECRET_AUTOCOMPLETE.test(field.getAttribute('autocomplete') ?? '') ||
    [field.name, field.id].some((name) => SECRET_NAME.test(name))
  );
}

/** Whether a form would write a secret into the URL of the next page. */
export function putsSecretInUrl(form: HTMLFormElement): boolean {
  if (form.method !== 'get') return false;
  rememberPasswords();
  return [...form.elements].some(
    (field) => isField(field) && field.type !== 'hidden' && field.value !== '' && isSecret(field),
  );
}

export function isField(target: unknown): target is Field {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  );
}
